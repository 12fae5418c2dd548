"""The field in which a resume is chosen."""

from typing import Any

from django import forms

from recruiting.approvals.files.checking import check


class ResumeField(forms.FileField):
    """Says beside itself why a file is not taken. The file is checked when the form is, before
    any row is locked; `Resume.add` goes by what was found."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "PDF, Word, OpenDocument or plain text, up to 10 MB.")
        options.setdefault("widget", forms.FileInput(attrs={"accept": ".pdf,.docx,.odt,.txt"}))
        super().__init__(allow_empty_file=True, **options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if upload and upload is data:
            upload.checked = check(upload)
        return upload
