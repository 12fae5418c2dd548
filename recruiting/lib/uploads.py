"""Uploads that arrived whole."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParserError

WHOLE_MAX = 32 * 1024 * 1024
"""Bytes of a whole form with its files. What is smaller than this and still too large is refused
by the field, in words; all else before a byte of it is kept, since anybody may send it."""

TAIL = 1024
"""Bytes in which the end of a form has to stand."""


class _Watched:
    """A stream that remembers the last bytes read from it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.tail = b""

    def read(self, *size: int) -> bytes:
        content: bytes = self._stream.read(*size)
        self.tail = (self.tail + content)[-TAIL:]
        return content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class WholeUploads(FileUploadHandler):
    """Refuses a form that stops before its end, with status 400. Django takes the part of a file
    that did arrive for the file, when a connection breaks. One that would fill the disk as well."""

    _watched: _Watched | None = None
    _end = b""

    def handle_raw_input(self, input_data: Any, *described: Any, **more: Any) -> None:
        """Watch the request's stream, unless its body has been read before as a whole."""
        length: int = described[1]
        if length > WHOLE_MAX:
            raise MultiPartParserError("The upload is too large.")
        if hasattr(input_data, "_stream"):
            self._watched = input_data._stream = _Watched(input_data._stream)
            boundary: bytes = described[2]
            self._end = b"--" + boundary + b"--"

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """For the next handler to keep."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has it."""

    def upload_complete(self) -> None:
        if self._watched is not None and self._end not in self._watched.tail:
            raise MultiPartParserError("The upload was cut off.")
