from django.urls import path

from . import ledger_views

app_name = "ledger"
urlpatterns = [
    path("entries.jsonl", ledger_views.entries, name="entries"),
    path("checkpoint", ledger_views.checkpoint, name="checkpoint"),
    path("checkpoints.txt", ledger_views.all_checkpoints, name="checkpoints"),
    path("proof", ledger_views.proof, name="proof"),
    path("key", ledger_views.key, name="key"),
    path("verify.py", ledger_views.verify_script, name="verify.py"),
]
