from __future__ import annotations

import io
import zipfile

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from shared_services.access.models import OfficerCard
from shared_services.annexes import holders
from shared_services.annexes.models import Attachment
from shared_services.annexes.selectors import attachments_for
from shared_services.annexes.services import attach, remove_attachment
from shared_services.audit.models import AuditEntry
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    + b"\x00" * 40
)


def packed(*names: str, mimetype: str = "") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "<x/>")
    return held.getvalue()


WORD = packed("[Content_Types].xml", "word/document.xml")
EXCEL = packed("[Content_Types].xml", "xl/workbook.xml")
ODT = packed("content.xml", mimetype="application/vnd.oasis.opendocument.text")


@pytest.fixture
def officer(northmoor, officer_in):
    return officer_in(northmoor, "requisitioner", name="Ada Adder")


def put(council, officer, name, content) -> Attachment:
    with inside_council(council):
        return attach(actor=officer, subject=officer, upload=SimpleUploadedFile(name, content))


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("quote.pdf", PDF, "application/pdf"),
        ("chair.PNG", PNG, "image/png"),
        ("spec.docx", WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("prices.xlsx", EXCEL, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("letter.odt", ODT, "application/vnd.oasis.opendocument.text"),
        ("prices.csv", b"item,price\nchair,12.50\n", "text/csv"),
        ("note.txt", "Caf\u00e9".encode(), "text/plain"),
    ],
)
def test_files_of_known_types_are_kept_outside_the_web_root(northmoor, officer, name, content, kind):
    attachment = put(northmoor, officer, name, content)

    assert (attachment.content_type, attachment.size) == (kind, len(content))
    assert attachment.file.name == f"attachments/{str(attachment.pk)[-2:]}/{attachment.pk}"
    with inside_council(northmoor):
        assert attachment.file.path.startswith(str(settings.PRIVATE_FILES_DIR / northmoor.key))
        assert list(attachments_for(officer)) == [attachment]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.pdf", b"<html><script>alert(1)</script></html>", "not what its name says"),
        ("page.txt", b"<!DOCTYPE html><script>1</script>", "not what its name says"),
        ("picture.png", PDF, "not what its name says"),
        ("program.pdf", b"MZ\x90\x00" + b"\x00" * 60, "not what its name says"),
        ("macro.docx", packed("word/document.xml", "word/vbaProject.bin"), "not what its name says"),
        ("plain.docx", packed("anything.txt"), "not what its name says"),
        ("broken.xlsx", b"PK\x03\x04 not really", "not what its name says"),
        ("data.csv", b"a,b\x00c", "not what its name says"),
        ("vector.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "must be a PDF"),
        ("run.exe", b"MZ", "must be a PDF"),
        ("noending", PDF, "must be a PDF"),
        ("empty.pdf", b"", "is empty"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(northmoor, officer, name, content, words):
    with pytest.raises(NotAllowed, match=words):
        put(northmoor, officer, name, content)


def test_a_file_over_the_limit_is_refused(northmoor, officer, settings):
    settings.ATTACHMENT_LIMIT_BYTES = 1024 * 1024

    with pytest.raises(NotAllowed, match="smaller than 1 MB"):
        put(northmoor, officer, "big.pdf", PDF + b"0" * 1024 * 1024)


def test_a_name_cannot_lead_out_of_the_folder(northmoor, officer):
    attachment = put(northmoor, officer, "..\\..\\etc/../pass\x00wd\r\n.pdf", PDF)

    assert attachment.name == "passwd.pdf"


def test_the_same_file_twice_is_kept_once(northmoor, officer):
    assert put(northmoor, officer, "a.pdf", PDF) == put(northmoor, officer, "b.pdf", PDF)


def test_whoever_added_a_file_downloads_it_and_the_record_says_so(northmoor, officer, client_for):
    attachment = put(northmoor, officer, "quote.pdf", PDF)

    response = client_for(officer).get(f"/files/{attachment.pk}/")

    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == 'attachment; filename="quote.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    with inside_council(northmoor):
        assert AuditEntry.objects.filter(event="annexes.attachment.downloaded").count() == 1


def test_others_may_only_if_the_records_app_says_so(northmoor, officer, officer_in, client_for, monkeypatch):
    other = officer_in(northmoor, "requisitioner")
    attachment = put(northmoor, officer, "quote.pdf", PDF)
    url = f"/files/{attachment.pk}/"

    assert client_for(other).get(url).status_code == 404
    monkeypatch.setitem(holders._holders, "access.officercard", lambda who, card: isinstance(card, OfficerCard))
    assert client_for(other).get(url).status_code == 200


def test_a_file_is_not_found_next_door_nor_without_signing_in(
    northmoor, eastvale, officer, officer_in, client_for, visitor
):
    attachment = put(northmoor, officer, "quote.pdf", PDF)
    url = f"/files/{attachment.pk}/"

    assert client_for(officer_in(eastvale, "requisitioner")).get(url).status_code == 404
    assert visitor(northmoor).get(url).status_code == 302


def test_only_whoever_added_a_file_takes_it_off_and_its_line_stays(northmoor, officer, officer_in, client_for):
    other = officer_in(northmoor, "requisitioner")
    attachment = put(northmoor, officer, "quote.pdf", PDF)
    with inside_council(northmoor):
        with pytest.raises(NotAllowed, match="Only Ada Adder"):
            remove_attachment(actor=other, attachment=attachment)

        remove_attachment(actor=officer, attachment=attachment)
        remove_attachment(actor=officer, attachment=attachment)

        assert not attachments_for(officer).exists()
        assert Attachment.objects.filter(pk=attachment.pk).exists()
    assert client_for(officer).get(f"/files/{attachment.pk}/").status_code == 404
