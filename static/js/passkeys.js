// Says in words when a passkey could not be used: allauth's script only reports it to the console.
document.addEventListener('allauth.error', (event) => {
  event.preventDefault()
  const heading = document.querySelector('h1')
  if (!heading) return
  let box = document.getElementById('passkey-problem')
  if (!box) {
    box = document.createElement('div')
    box.id = 'passkey-problem'
    box.className = 'govuk-error-summary'
    box.tabIndex = -1
    box.setAttribute('role', 'alert')
    heading.before(box)
  }
  const title = document.createElement('h2')
  title.className = 'govuk-error-summary__title'
  title.textContent = 'There is a problem'
  const text = document.createElement('p')
  text.className = 'govuk-body'
  text.textContent = 'The passkey was not used. Try again, or choose another way.'
  box.replaceChildren(title, text)
  box.focus()
})
