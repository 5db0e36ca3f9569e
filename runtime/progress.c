/* progress.c - how the training is going, on standard error.
 *
 * On a terminal one line, redrawn at most ten times a second; elsewhere one
 * line of key=value per epoch and no control characters. */

#include "runtime/training.h"

enum { REDRAW_NS = 100000000 };

static void textFigures(Text *text, const Trainer *t) {
  for (int i = 0; i < t->numFigures; ++i)
    if (t->figures[i].present)
      textFormat(text, " %s_%s=%g", t->figures[i].isValid ? "valid" : "train",
                 t->figures[i].name, t->figures[i].value);
}

static void redraw(Trainer *t, int64_t time) {
  Text *text = &standardError;
  textFormat(text, "\r%s epoch %lld/%lld step %lld", t->experiment->name,
             (long long)t->session->epoch + 1, (long long)t->epochs,
             (long long)t->session->step);
  textFigures(text, t);
  textString(text, "\033[K");
  textFlush(text);
  progressLineOpen = 1;
  t->redrawTime = time;
}

void showStep(Trainer *t) {
  if (!t->isTerminal)
    return;
  int64_t time = now();
  if (time - t->redrawTime >= REDRAW_NS)
    redraw(t, time);
}

void showEpoch(Trainer *t) {
  int64_t time = now();
  /* The last epoch's figures stay on the screen. */
  if (t->isTerminal) {
    if (time - t->redrawTime >= REDRAW_NS || t->session->epoch + 1 == t->epochs)
      redraw(t, time);
    return;
  }
  Text *text = &standardError;
  textFormat(text, "experiment=%s", t->experiment->name);
  if (t->experiment->numFolds)
    textFormat(text, " fold=%lld", (long long)t->experiment->fold);
  textFormat(text, " epoch=%lld step=%lld", (long long)t->session->epoch + 1,
             (long long)t->session->step);
  textFigures(text, t);
  textString(text, " seconds=");
  textFixed(text, (double)(time - t->startTime) * 1e-9, 3);
  textChar(text, '\n');
  textFlush(text);
  /* Progress that cannot be shown is no reason to stop. */
  text->error = 0;
}
