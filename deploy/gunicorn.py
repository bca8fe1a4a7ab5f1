"""How gunicorn serves under `make run`."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = 2
threads = 12
loglevel = "warning"
# No proxy of ours tells where the site is mounted; a visitor who says so is not believed.
forwarder_headers = ""
# A gunicorn that has no control socket passes over this name.
control_socket_disable = True


def post_fork(server, worker):
    """The page cache keeps one of the threads for pages that are made already: it has to know how many there are."""
    os.environ["THREADS"] = str(worker.cfg.threads)


def when_ready(server):
    print(f"Serving on {os.environ.get('SITE_URL') or f'http://{bind}'}")
    if os.environ.get("DEMO") == "1":
        print("Demo accounts and their passwords: var/demo-accounts.json")
        if not os.environ.get("EMAIL_URL"):
            print(f"Mails of the demonstration: {os.environ.get('SITE_URL') or f'http://{bind}'}/demo/mails/")
    print("Ctrl-C stops.", flush=True)
