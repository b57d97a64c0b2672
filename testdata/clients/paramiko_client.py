"""A bot on paramiko: with its key and without one, by a command, a pipe and a terminal.

usage: paramiko_client.py PORT KEY
"""
import sys

import paramiko

port, key = int(sys.argv[1]), paramiko.Ed25519Key.from_private_key_file(sys.argv[2])


def connect(user, pkey=None):
    transport = paramiko.Transport(("127.0.0.1", port))
    transport.start_client(timeout=20)
    if pkey:
        transport.auth_publickey(user, pkey)
    else:
        transport.auth_interactive(user, lambda title, instructions, prompts: ["" for _ in prompts])
    return transport


def run(user, command, pkey=None):
    transport = connect(user, pkey)
    channel = transport.open_session(timeout=20)
    channel.settimeout(20)
    channel.exec_command(command)
    errors = channel.makefile_stderr().read().decode()
    code = channel.recv_exit_status()
    transport.close()
    return code, errors


def expect(what, got, want):
    if got != want:
        sys.exit("%s: %r, want %r" % (what, got, want))


expect("/inscrire", run("cle", "/inscrire", key)[0], 0)
expect("with its key", run("cle", "par la clé", key), (0, ""))
expect("without a key", run("nu", "sans clé"), (0, ""))
code, errors = run("cle", "sans sa clé")
expect("without its key", (code, "est inscrit" in errors), (1, True))
expect("to nobody", run("nu", "@personne hé")[0], 3)

transport = connect("tuyau")
channel = transport.open_session(timeout=20)
channel.settimeout(20)
channel.invoke_shell()
channel.sendall("a\nb\n".encode())
channel.shutdown_write()
shown = channel.makefile().read().decode()
expect("a pipe", ("tuyau: a\n" in shown, "tuyau: b\n" in shown, channel.recv_exit_status()), (True, True, 0))
transport.close()

transport = connect("ann", key)
channel = transport.open_session(timeout=20)
channel.settimeout(20)
channel.get_pty("xterm", 60, 12)
channel.invoke_shell()
screen = ""


def await_text(text):
    global screen
    while text not in screen:
        data = channel.recv(4096)
        if not data:
            sys.exit("no %r on %r" % (text, screen))
        screen += data.decode(errors="replace")


await_text("Écrire à tous…")
channel.resize_pty(80, 24)
channel.sendall("je te lis\r".encode())
await_text("je te lis")
channel.sendall(b"/quitter\r")
await_text("Au revoir, ann")
expect("a terminal", channel.recv_exit_status(), 0)
transport.close()
