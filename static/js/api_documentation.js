// Starts Swagger UI from a file of its own, because the pages allow no inline script.
(() => {
  const place = document.getElementById('api-documentation')
  const token = () => (document.cookie.match(/(?:^|; )(?:__Host-)?guildhall_csrf=([^;]*)/) || [])[1] || ''
  window.SwaggerUIBundle({
    url: place.dataset.document,
    domNode: place,
    presets: [window.SwaggerUIBundle.presets.apis],
    deepLinking: true,
    docExpansion: 'none',
    defaultModelsExpandDepth: 0,
    requestInterceptor: (request) => {
      if (!['GET', 'HEAD'].includes((request.method || 'GET').toUpperCase())) request.headers['X-CSRFToken'] = token()
      return request
    }
  })
})()
