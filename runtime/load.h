/* load.h - matching a file's tensors with the program's symbols. */

#ifndef SINTER_RUNTIME_LOAD_H
#define SINTER_RUNTIME_LOAD_H

#include "runtime/safetensors.h"
#include "runtime/training.h"

/* What is wanted of a symbol. */
enum Want { WANT_NOTHING = 0, WANT_IF_PRESENT, WANT };

typedef struct Load {
  TensorFile file;
  unsigned char *wants; /* an enum Want per symbol of the program */
} Load;

int openLoad(Load *load, const char *path);
/* Wants the parameters of an experiment and its state, as given. */
void wantExperiment(Load *load, const SinterExperiment *experiment,
                    enum Want params, enum Want state);
/* Wants the statistics of tables that the file has, in pairs. */
void wantStatistics(Load *load);
/* Takes the statistics that the file has, whatever else is in it. */
void takeStatistics(Session *session, const TensorFile *file);
/* Does the file hold any tensor of the experiment? */
int holdsExperiment(const Load *load, const SinterExperiment *experiment);
/* Compares the file with what is wanted, printing every tensor that is
 * missing, extra or of another type. Only when all is well, or `partial`, are
 * tensors copied to the store. Closes the file. */
int finishLoad(Session *session, Load *load, int partial);

#endif /* SINTER_RUNTIME_LOAD_H */
