/* stop.c - stopping a training by a signal, and how to go on after it. */

#define _GNU_SOURCE
#include "runtime/training.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t stopSignal;

static void onSignal(int number) { stopSignal = number; }

static void handleSignal(int number, void (*handler)(int), int flags) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(number, &action, NULL);
}

void catchSignals(void) {
  handleSignal(SIGINT, onSignal, (int)SA_RESETHAND);
  handleSignal(SIGTERM, onSignal, (int)SA_RESETHAND);
  /* A file that grows past its limit is an error of write, not a death. */
  handleSignal(SIGXFSZ, SIG_IGN, 0);
}

int stopRequested(void) { return stopSignal; }

/* Prints a word of the command line so that a shell reads it back. */
static void textShellWord(Text *text, const char *word) {
  size_t plain = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
                              "VWXYZ0123456789_-+=./:,@%");
  textChar(text, ' ');
  if (*word && word[plain] == 0) {
    textString(text, word);
    return;
  }
  textChar(text, '\'');
  for (; *word; ++word) {
    textBytes(text, word, 1);
    if (*word == '\'')
      textString(text, "\\''");
  }
  textChar(text, '\'');
}

void printResumeCommand(const Options *options) {
  Text *text = &standardError;
  textFormat(text, "%s: to continue:", programName);
  for (int i = 0; i < options->argc; ++i) {
    const char *word = options->argv[i];
    int replaced = strcmp(word, "--resume") == 0 || strcmp(word, "--init") == 0;
    if (replaced)
      ++i;
    else if (strncmp(word, "--resume=", 9) != 0 &&
             strncmp(word, "--init=", 7) != 0 &&
             strcmp(word, "--allow-partial") != 0)
      textShellWord(text, word);
  }
  textString(text, " --resume");
  textShellWord(text, options->save);
  textChar(text, '\n');
  textFlush(text);
}
