/* json.c - a strict reader for flat JSON. */

#include "runtime/json.h"

#include <string.h>

Json jsonOpen(const char *begin, size_t size) {
  Json json = {begin, begin, begin + size, NULL};
  return json;
}

int jsonFail(Json *json, const char *expected) {
  if (!json->error)
    json->error = expected;
  return 0;
}

static void skipSpace(Json *json) {
  while (json->next < json->end && (*json->next == ' ' || *json->next == '\t' ||
                                    *json->next == '\n' || *json->next == '\r'))
    ++json->next;
}

int jsonAtEnd(Json *json) {
  skipSpace(json);
  return json->next == json->end;
}

int jsonTake(Json *json, char c) {
  skipSpace(json);
  if (json->error || json->next == json->end || *json->next != c)
    return 0;
  ++json->next;
  return 1;
}

int jsonExpect(Json *json, char c) {
  if (jsonTake(json, c))
    return 1;
  switch (c) {
  case '{':
    return jsonFail(json, "'{'");
  case '}':
    return jsonFail(json, "',' or '}'");
  case ']':
    return jsonFail(json, "',' or ']'");
  case '[':
    return jsonFail(json, "'['");
  case ':':
    return jsonFail(json, "':'");
  default:
    return jsonFail(json, "','");
  }
}

static int hexDigit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads the four digits of \uXXXX; -1 when they are none. */
static int32_t readUnit(const char *digits, const char *end) {
  int32_t unit = 0;
  if (end - digits < 4)
    return -1;
  for (int i = 0; i < 4; ++i) {
    int digit = hexDigit(digits[i]);
    if (digit < 0)
      return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

/* A string's text, byte by byte, escapes replaced by UTF-8. */
typedef struct Decoder {
  const char *next, *end;
  unsigned char pending[4]; /* bytes of an escape, last first */
  int numPending;
} Decoder;

static Decoder decode(JsonText text) {
  Decoder decoder = {text.begin, text.begin + text.size, {0}, 0};
  return decoder;
}

static int pushCodePoint(Decoder *d, uint32_t code) {
  static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
  int trailing = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  d->numPending = 0;
  for (int i = 0; i < trailing; ++i, code >>= 6)
    d->pending[d->numPending++] = (unsigned char)(0x80 | (code & 0x3F));
  d->pending[d->numPending++] = (unsigned char)(lead[trailing] | code);
  return 1;
}

/* Reads the escape after a backslash; returns 0 when it is malformed. */
static int readEscape(Decoder *d) {
  static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
  if (d->next == d->end)
    return 0;
  char c = *d->next++;
  const char *name = c ? strchr(names, c) : NULL;
  if (name)
    return pushCodePoint(d, (unsigned char)bytes[name - names]);
  if (c != 'u')
    return 0;
  int32_t unit = readUnit(d->next, d->end);
  if (unit < 0 || (unit >= 0xDC00 && unit < 0xE000))
    return 0;
  d->next += 4;
  if (unit < 0xD800 || unit >= 0xE000)
    return pushCodePoint(d, (uint32_t)unit);
  if (d->end - d->next < 6 || d->next[0] != '\\' || d->next[1] != 'u')
    return 0;
  int32_t low = readUnit(d->next + 2, d->end);
  if (low < 0xDC00 || low >= 0xE000)
    return 0;
  d->next += 6;
  return pushCodePoint(d, 0x10000 + (((uint32_t)unit - 0xD800) << 10) +
                              ((uint32_t)low - 0xDC00));
}

/* The next byte; -1 at the end, -2 at a malformed escape. */
static int nextByte(Decoder *d) {
  if (d->numPending == 0) {
    if (d->next == d->end)
      return -1;
    if (*d->next != '\\')
      return (unsigned char)*d->next++;
    ++d->next;
    if (!readEscape(d))
      return -2;
  }
  return d->pending[--d->numPending];
}

JsonText jsonString(Json *json) {
  JsonText text = {json->next, 0};
  if (!jsonTake(json, '"')) {
    jsonFail(json, "a string");
    return text;
  }
  text.begin = json->next;
  while (json->next < json->end && *json->next != '"') {
    if ((unsigned char)*json->next < 0x20) {
      jsonFail(json, "no control character in a string");
      return text;
    }
    json->next += *json->next == '\\' && json->end - json->next > 1 ? 2 : 1;
  }
  text.size = (size_t)(json->next - text.begin);
  if (!jsonTake(json, '"'))
    jsonFail(json, "the end of the string");
  Decoder decoder = decode(text);
  int byte;
  while ((byte = nextByte(&decoder)) >= 0)
    ;
  if (byte == -2)
    jsonFail(json, "a well-formed escape");
  if (json->error)
    text.size = 0;
  return text;
}

uint64_t jsonNatural(Json *json) {
  skipSpace(json);
  const char *digits = json->next;
  int64_t value = 0;
  while (!json->error && json->next < json->end && *json->next >= '0' &&
         *json->next <= '9') {
    if (__builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, *json->next - '0', &value)) {
      jsonFail(json, "a number below 2^63");
      return 0;
    }
    ++json->next;
  }
  if (json->next == digits || (*digits == '0' && json->next - digits > 1))
    jsonFail(json, "a natural number");
  return (uint64_t)value;
}

int jsonTextEquals(JsonText text, const char *string) {
  Decoder decoder = decode(text);
  for (;; ++string) {
    int byte = nextByte(&decoder);
    if (byte < 0)
      return byte == -1 && *string == 0;
    if (byte == 0 || byte != (unsigned char)*string)
      return 0;
  }
}

int jsonTextCompare(JsonText a, JsonText b) {
  Decoder first = decode(a), second = decode(b);
  for (;;) {
    int byte = nextByte(&first), difference = byte - nextByte(&second);
    if (difference != 0 || byte < 0)
      return difference;
  }
}

/* FNV-1a. */
static const uint64_t hashStart = 0xCBF29CE484222325;

static uint64_t hashByte(uint64_t hash, int byte) {
  return (hash ^ (uint64_t)byte) * 0x100000001B3;
}

uint64_t jsonTextHash(JsonText text) {
  Decoder decoder = decode(text);
  uint64_t hash = hashStart;
  for (int byte; (byte = nextByte(&decoder)) >= 0;)
    hash = hashByte(hash, byte);
  return hash;
}

uint64_t stringHash(const char *string) {
  uint64_t hash = hashStart;
  for (; *string; ++string)
    hash = hashByte(hash, (unsigned char)*string);
  return hash;
}

int jsonTextCopy(JsonText text, char *target, size_t capacity) {
  Decoder decoder = decode(text);
  for (size_t i = 0; i < capacity; ++i) {
    int byte = nextByte(&decoder);
    if (byte < 0) {
      target[i] = 0;
      return byte == -1;
    }
    if (byte == 0)
      return 0;
    target[i] = (char)byte;
  }
  return 0;
}
