"""A mail server on the loopback address that keeps what it is given, and refuses what a test asks it to refuse."""

import email
import email.policy
import socket
import socketserver
import threading
from dataclasses import dataclass, field


class Conversation(socketserver.StreamRequestHandler):
    timeout = 20

    def say(self, line: str):
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self):
        sink = self.server.sink
        self.to = []
        self.say("220 sink")
        while line := self.read():
            verb = line[:4].upper()
            if verb == "DATA":
                self.take_message(sink)
            elif verb == "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                refusal = sink.refusals.get(address)
                if not refusal:
                    self.to.append(address)
                self.say(refusal or "250 fine")
            elif verb in ("MAIL", "RSET"):
                self.to = []
                self.say("250 fine")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 sink")

    def read(self) -> str:
        """ "" where the other side, or we, hung up."""
        try:
            return self.rfile.readline().decode().strip()
        except OSError:
            return ""

    def take_message(self, sink):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        sink.taken.append((self.to, email.message_from_bytes(b"".join(lines), policy=email.policy.default)))
        if sink.silent_after_taking:
            # Taken, and the answer lost on the way.
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.say("250 taken")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@dataclass
class Sink:
    taken: list = field(default_factory=list)
    refusals: dict = field(default_factory=dict)
    silent_after_taking: bool = False

    def start(self):
        self.server = Server(("127.0.0.1", 0), Conversation)
        self.server.sink = self
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def port(self):
        return self.server.server_address[1]

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def addresses(self):
        return [address for to, _message in self.taken for address in to]

    def text(self, number=0):
        return self.taken[number][1].get_content().replace("\r\n", "\n")
