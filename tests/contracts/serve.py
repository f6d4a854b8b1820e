"""Runs an emulator until standard input closes, so that it never outlives the tests.

usage: serve.py MODULE ARGUMENT...     MODULE has a main(), as console scripts do
"""

import importlib
import os
import sys
import threading


def stop_with_the_tests():
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=stop_with_the_tests, daemon=True).start()
del sys.argv[0]
sys.exit(importlib.import_module(sys.argv[0]).main())
