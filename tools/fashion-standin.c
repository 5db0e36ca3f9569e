/* fashion-standin.c - a learnable stand-in for Fashion-MNIST.
 *
 *   fashion-standin DIR [TRAIN TEST]
 *
 * Writes the four IDX files of the real set, in the same format and sizes
 * (60 000 and 10 000 images of 28 x 28, ten classes), for machines that cannot
 * download it. The pictures are synthetic: they are NOT Fashion-MNIST, and an
 * accuracy on them says nothing of an accuracy there.
 *
 * An image is a sum of smooth bumps whose weights are drawn around one of its
 * class's prototypes. A class has several prototypes, so that a linear
 * classifier finds most but not all of it, and the noise makes the classes
 * overlap, so that nothing finds all of it. The same arguments give the same
 * bytes on every machine: only additions, multiplications and divisions of
 * doubles are used. */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  SIDE = 28,
  PIXELS = SIDE * SIDE,
  CLASSES = 10,
  PROTOTYPES = 2,
  BUMPS = 20
};

static const double latentNoise = 0.9;
static const double pixelNoise = 0.10;

static uint64_t randomState = 0x53696e746572; /* "Sinter" */

/* SplitMix64. */
static uint64_t randomBits(void) {
  uint64_t z = randomState += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static double uniform(void) {
  return (double)(randomBits() >> 11) / 9007199254740992.0;
}

/* Nearly normal: the sum of twelve uniforms has variance 1. */
static double normal(void) {
  double sum = -6;
  for (int i = 0; i < 12; ++i)
    sum += uniform();
  return sum;
}

static double bumps[BUMPS][PIXELS];
static double prototypes[CLASSES][PROTOTYPES][BUMPS];

static void drawWorld(void) {
  for (int b = 0; b < BUMPS; ++b) {
    double cx = 4 + 20 * uniform(), cy = 4 + 20 * uniform();
    double radius = 5 + 5 * uniform();
    for (int p = 0; p < PIXELS; ++p) {
      double dx = p % SIDE - cx, dy = p / SIDE - cy;
      double t = 1 - (dx * dx + dy * dy) / (radius * radius);
      bumps[b][p] = t > 0 ? t * t : 0;
    }
  }
  for (int c = 0; c < CLASSES; ++c)
    for (int k = 0; k < PROTOTYPES; ++k)
      for (int b = 0; b < BUMPS; ++b)
        prototypes[c][k][b] = normal();
}

static void drawImage(int class, unsigned char *image) {
  const double *prototype = prototypes[class][randomBits() % PROTOTYPES];
  double sums[PIXELS] = {0};
  for (int b = 0; b < BUMPS; ++b) {
    double weight = prototype[b] + latentNoise * normal();
    for (int p = 0; p < PIXELS; ++p)
      sums[p] += weight * bumps[b][p];
  }
  for (int p = 0; p < PIXELS; ++p) {
    double value =
        255 * (0.35 + 0.18 * sums[p] + pixelNoise * (uniform() - 0.5));
    image[p] = value < 0 ? 0 : value > 255 ? 255 : (unsigned char)value;
  }
}

static void fail(const char *path) {
  fprintf(stderr, "fashion-standin: %s: %s\n", path, strerror(errno));
  exit(4);
}

static FILE *openIn(const char *folder, const char *name, char *path,
                    size_t size) {
  snprintf(path, size, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  if (!file)
    fail(path);
  return file;
}

static void putBigEndian(FILE *file, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    fputc((int)(value >> shift & 255), file);
}

static void writeSet(const char *folder, const char *imageName,
                     const char *labelName, uint32_t count) {
  char imagePath[4096], labelPath[4096];
  FILE *images = openIn(folder, imageName, imagePath, sizeof imagePath);
  FILE *labels = openIn(folder, labelName, labelPath, sizeof labelPath);
  putBigEndian(images, 0x803);
  putBigEndian(images, count);
  putBigEndian(images, SIDE);
  putBigEndian(images, SIDE);
  putBigEndian(labels, 0x801);
  putBigEndian(labels, count);
  for (uint32_t i = 0; i < count; ++i) {
    unsigned char image[PIXELS];
    int class = (int)(randomBits() % CLASSES);
    drawImage(class, image);
    fwrite(image, 1, PIXELS, images);
    fputc(class, labels);
  }
  if (ferror(images) | fclose(images))
    fail(imagePath);
  if (ferror(labels) | fclose(labels))
    fail(labelPath);
}

int main(int argc, char **argv) {
  if (argc != 2 && argc != 4) {
    fputs("usage: fashion-standin DIR [TRAIN TEST]\n", stderr);
    return 2;
  }
  uint32_t train = argc == 4 ? (uint32_t)strtoul(argv[2], NULL, 10) : 60000;
  uint32_t test = argc == 4 ? (uint32_t)strtoul(argv[3], NULL, 10) : 10000;
  drawWorld();
  writeSet(argv[1], "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
           train);
  writeSet(argv[1], "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", test);
  return 0;
}
