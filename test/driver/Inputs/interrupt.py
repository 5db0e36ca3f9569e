"""interrupt.py COMMAND...: interrupts a training, and does what it says continues it."""
import signal
import subprocess
import sys

training = subprocess.Popen(sys.argv[1:], stderr=subprocess.PIPE, text=True)
training.stderr.readline()  # the first epoch is done
training.send_signal(signal.SIGINT)
words = training.stderr.read().split("to continue: ")
assert training.wait() == 130 and len(words) == 2, words
subprocess.run(words[1].strip() + " --epochs 1", shell=True, check=True)
