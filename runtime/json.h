/* json.h - a strict reader for the flat JSON of safetensors headers.
 *
 * The caller asks for what must come next; the first thing that does not fit is
 * kept as the error, after which every request fails. Nothing recurses, nothing
 * is copied. */

#ifndef SINTER_RUNTIME_JSON_H
#define SINTER_RUNTIME_JSON_H

#include <stddef.h>
#include <stdint.h>

typedef struct Json {
  const char *begin, *next, *end;
  const char *error; /* what was expected at `next`, or null */
} Json;

/* What stands between a string's quotes, escapes and all. */
typedef struct JsonText {
  const char *begin;
  size_t size;
} JsonText;

Json jsonOpen(const char *begin, size_t size);
/* Consumes `c` if it comes next. */
int jsonTake(Json *json, char c);
/* Consumes `c` or fails; returns whether all is well. */
int jsonExpect(Json *json, char c);
JsonText jsonString(Json *json);
/* A natural number that fits 63 bits. */
uint64_t jsonNatural(Json *json);
/* Only white space is left. */
int jsonAtEnd(Json *json);
int jsonFail(Json *json, const char *expected);

/* Both look at the text that the escapes stand for. */
int jsonTextEquals(JsonText text, const char *string);
uint64_t jsonTextHash(JsonText text);
/* The hash of a text that stands for `string`. */
uint64_t stringHash(const char *string);
/* Less than, equal to or greater than 0, as bytes order them. */
int jsonTextCompare(JsonText a, JsonText b);
/* Decodes into `target`; returns 0 when it does not fit or holds a NUL. */
int jsonTextCopy(JsonText text, char *target, size_t capacity);

#endif /* SINTER_RUNTIME_JSON_H */
