/* plot.c - the plot statement: curves as a CSV file. */

#include "runtime/internal.h"

#include <string.h>

/* Plots are counted for each program. */
static const char *plottingName = "";
static int64_t numPlots;

static int64_t numColumns(const SinterBuffer *curve) {
  return curve->rank == 2 ? curve->shape[1] : 1;
}

/* The numbers of one point. */
static void writePoint(Text *text, const SinterContext *context,
                       const SinterPlot *plot, int64_t row) {
  for (uint64_t i = 0; i < plot->numCurves; ++i) {
    const SinterBuffer *curve = &plot->curves[i];
    int64_t columns = numColumns(curve);
    const char *data = bufferAddress(context, curve);
    data += (uint64_t)(row * columns) * dtypeSize(curve->dtype);
    for (int64_t column = 0; column < columns; ++column) {
      if (i + (uint64_t)column > 0)
        textChar(text, ',');
      textElement(text, data + (uint64_t)column * dtypeSize(curve->dtype),
                  curve->dtype);
    }
  }
  textChar(text, '\n');
}

static int writePlot(const char *path, const SinterContext *context,
                     const SinterPlot *plot) {
  static char bytes[4096];
  AtomicFile file;
  int error = atomicOpen(&file, path);
  if (error)
    return error;
  Text text = textInMemory(bytes, sizeof bytes);
  text.fd = file.fd;
  textString(&text, plot->header);
  for (int64_t row = 0; row < plot->curves[0].shape[0]; row += plot->every)
    writePoint(&text, context, plot, row);
  error = textFlush(&text);
  if (!error)
    return atomicCommit(&file);
  atomicDiscard(&file);
  return error;
}

int32_t sinter_plot(SinterContext *context, const SinterPlot *plot) {
  if (strcmp(plottingName, plot->name) != 0)
    numPlots = 0;
  plottingName = plot->name;
  static char path[512];
  Text name = textInMemory(path, sizeof path - 1);
  textFormat(&name, "%s.plot%lld.csv", plot->name, (long long)++numPlots);
  path[name.size] = '\0';
  int error = name.overflow ? ENAMETOOLONG : writePlot(path, context, plot);
  if (error)
    return fail(EXIT_IO, "cannot write '%s': %s", path, errorText(error));
  note("plot: %s", path);
  return EXIT_OK;
}
