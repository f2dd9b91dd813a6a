#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A Jupyter client: has a running kernel say something and reports what came back on its channels.

jupyter.py CONNECTION-FILE TEXT: prints "shell STATUS" and "iopub TEXT" as the kernel answered, then has it shut down.
The kernel is Debian's `python3 -m ipykernel_launcher -f FILE`, unchanged. Gives up after a deadline.
"""
import sys

from jupyter_client import BlockingKernelClient

PATIENCE = 60


def main(path, text):
    client = BlockingKernelClient(connection_file=path)
    client.load_connection_file()
    # A kernel that is still starting listens, but answers no heartbeat: after one second it would be given up.
    client.hb_channel.time_to_dead = PATIENCE
    client.start_channels()
    client.wait_for_ready(timeout=PATIENCE)

    def hear(message):
        if message["msg_type"] == "stream":
            # A kernel may send the end of the line by itself.
            if text := message["content"]["text"].strip():
                print("iopub", text, flush=True)

    # What the kernel prints is not in the request in one piece: both directions are looked at by themselves.
    reply = client.execute_interactive("print(%r)" % text, timeout=PATIENCE, output_hook=hear)
    print("shell", reply["content"]["status"], flush=True)
    client.shutdown()
    client.get_control_msg(timeout=PATIENCE)
    client.stop_channels()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
