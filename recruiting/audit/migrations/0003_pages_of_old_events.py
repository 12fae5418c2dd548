"""What was recorded before events knew their page: which requisition each belongs to."""

from typing import Any

from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def find_pages(apps: Any, _schema_editor: Any) -> None:
    Event = apps.get_model("audit", "Event")
    Requisition = apps.get_model("requisitions", "Requisition")
    Note = apps.get_model("status_updates", "Note")
    old = Event.objects.filter(requisition=None)
    known = Requisition.objects.values("pk")
    of_requisitions = old.filter(target_type="requisitions.Requisition", target_id__in=known)
    of_requisitions.update(requisition_id=F("target_id"))
    # Only private notes were told of under their own name.
    note = Note.objects.filter(pk=OuterRef("target_id"))
    old.filter(target_type="status_updates.Note").update(
        requisition_id=Subquery(note.values("requisition")),
        client_id=Subquery(note.values("requisition__client")),
        is_private=True,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_pages_of_events"),
        ("requisitions", "0001_initial"),
        ("status_updates", "0002_notes_and_touchpoints"),
    ]

    operations = [migrations.RunPython(find_pages, migrations.RunPython.noop, elidable=True)]
