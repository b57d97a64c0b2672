"""A synchronous client, as beginners write them: it sends a line, waits for a line
of answer, and repeats. The server owes it that line: it never hangs.

usage: sync.py HOST PORT PSEUDO LINE...
"""
import socket
import sys

server = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=20)
answers = server.makefile("r", encoding="utf-8", newline="\r\n")


def ask(line):
    server.sendall((line + "\n").encode())
    return answers.readline().strip()  # a timeout ends the program: that is the failure


print(ask(sys.argv[3]))
for number, line in enumerate(sys.argv[4:]):
    mark = "repère %d." % number  # once it has come back, no older line is left to read
    got = ask(mark)
    while mark not in got:
        got = answers.readline()
    print(ask(line))
