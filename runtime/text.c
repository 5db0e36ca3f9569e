/* text.c - output buffers and messages. */

#include "runtime/text.h"
#include "runtime/io.h"

#include <string.h>

static char outputBytes[4096], errorBytes[1024];
Text standardOutput = {outputBytes, 0, sizeof outputBytes, 1, 0, 0};
Text standardError = {errorBytes, 0, sizeof errorBytes, 2, 0, 0};
const char *programName = "program";
int progressLineOpen = 0;

Text textInMemory(char *data, size_t capacity) {
  Text text = {data, 0, capacity, -1, 0, 0};
  return text;
}

int textFlush(Text *text) {
  if (text->fd >= 0 && text->size > 0) {
    if (!text->error)
      text->error = writeAll(text->fd, text->data, text->size);
    text->size = 0;
  }
  return text->error;
}

void textBytes(Text *text, const char *data, size_t size) {
  while (size > 0) {
    if (text->size == text->capacity && text->fd >= 0)
      textFlush(text);
    size_t room = text->capacity - text->size;
    if (room == 0) {
      text->overflow = 1;
      return;
    }
    size_t piece = size < room ? size : room;
    memcpy(text->data + text->size, data, piece);
    text->size += piece;
    data += piece;
    size -= piece;
  }
}

void textString(Text *text, const char *string) {
  textBytes(text, string, strlen(string));
}

void textChar(Text *text, char c) { textBytes(text, &c, 1); }

void textRepeat(Text *text, char c, int64_t count) {
  for (; count > 0; --count)
    textChar(text, c);
}

void textUnsigned(Text *text, uint64_t value) {
  char digits[20];
  size_t begin = sizeof digits;
  do {
    digits[--begin] = (char)('0' + value % 10);
    value /= 10;
  } while (value);
  textBytes(text, digits + begin, sizeof digits - begin);
}

void textInteger(Text *text, int64_t value) {
  if (value < 0)
    textChar(text, '-');
  textUnsigned(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void textHex(Text *text, uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i)
    textChar(text, "0123456789abcdef"[value >> (4 * i) & 15]);
}

void textFormatList(Text *text, const char *format, va_list arguments) {
  while (*format) {
    size_t plain = 0;
    while (format[plain] && format[plain] != '%')
      ++plain;
    textBytes(text, format, plain);
    format += plain;
    if (!*format)
      return;
    ++format;
    int isLong = format[0] == 'l' && format[1] == 'l';
    format += isLong ? 2 : 0;
    switch (*format++) {
    case 's':
      textString(text, va_arg(arguments, const char *));
      break;
    case 'c':
      textChar(text, (char)va_arg(arguments, int));
      break;
    case 'd':
      textInteger(text, isLong ? va_arg(arguments, long long)
                               : va_arg(arguments, int));
      break;
    case 'u':
      textUnsigned(text, isLong ? va_arg(arguments, unsigned long long)
                                : va_arg(arguments, unsigned));
      break;
    case 'g':
      textGeneral(text, va_arg(arguments, double), 6);
      break;
    default:
      textChar(text, '%');
    }
  }
}

void textFormat(Text *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  textFormatList(text, format, arguments);
  va_end(arguments);
}

void endProgressLine(void) {
  if (progressLineOpen)
    textChar(&standardError, '\n');
  progressLineOpen = 0;
  textFlush(&standardError);
}

/* Starts a message line; results printed so far come first. */
static void beginMessage(const char *kind) {
  textFlush(&standardOutput);
  endProgressLine();
  if (kind)
    textFormat(&standardError, "%s: %s: ", programName, kind);
}

static void endMessage(void) {
  textChar(&standardError, '\n');
  textFlush(&standardError);
  standardError.error = 0;
}

int fail(int code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  beginMessage("error");
  textFormatList(&standardError, format, arguments);
  endMessage();
  va_end(arguments);
  return code;
}

void warn(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  beginMessage("warning");
  textFormatList(&standardError, format, arguments);
  endMessage();
  va_end(arguments);
}

void note(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  beginMessage(NULL);
  textFormatList(&standardError, format, arguments);
  endMessage();
  va_end(arguments);
}
