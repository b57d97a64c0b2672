"""A bot on AsyncSSH: with its key and without one, by a command, a pipe and a terminal.

usage: asyncssh_client.py PORT KEY
"""
import asyncio
import sys

import asyncssh

port, key = int(sys.argv[1]), sys.argv[2]


class Silent(asyncssh.SSHClient):
    """Somebody without a key, who is asked nothing."""

    def kbdint_auth_requested(self):
        return ""

    def kbdint_challenge_received(self, name, instructions, lang, prompts):
        return ["" for _ in prompts]


def connect(user, *keys):
    return asyncssh.connect(
        "127.0.0.1", port, username=user, client_keys=list(keys) or None, client_factory=Silent,
        known_hosts=None, agent_path=None, config=None,
    )


async def run(user, command, *keys):
    async with connect(user, *keys) as conn:
        done = await conn.run(command)
        return done.exit_status, done.stderr


def expect(what, got, want):
    if got != want:
        sys.exit("%s: %r, want %r" % (what, got, want))


async def main():
    expect("/inscrire", (await run("cle", "/inscrire", key))[0], 0)
    expect("with its key", await run("cle", "par la clé", key), (0, ""))
    expect("without a key", await run("nu", "sans clé"), (0, ""))
    code, errors = await run("cle", "sans sa clé")
    expect("without its key", (code, "est inscrit" in errors), (1, True))
    expect("to nobody", (await run("nu", "@personne hé"))[0], 3)

    async with connect("tuyau") as conn:
        done = await conn.run(input="a\nb\n")
        expect("a pipe", ("tuyau: a\n" in done.stdout, "tuyau: b\n" in done.stdout, done.exit_status), (True, True, 0))

    # A separator alone would be a regular expression.
    async with connect("ann", key) as conn:
        process = await conn.create_process(term_type="xterm", term_size=(60, 12))
        await process.stdout.readuntil(["Écrire à tous…"])
        process.change_terminal_size(80, 24)
        process.stdin.write("je te lis\r")
        await process.stdout.readuntil(["je te lis"])
        process.stdin.write("/quitter\r")
        await process.stdout.readuntil(["Au revoir, ann"])
        expect("a terminal", (await process.wait()).exit_status, 0)


asyncio.run(asyncio.wait_for(main(), 60))
