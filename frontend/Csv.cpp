//===- Csv.cpp - Comma-separated values -----------------------------------===//

#include "frontend/Csv.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;
using namespace sinter;

CsvReader::CsvReader(StringRef text) : rest(text) {
  rest.consume_front("\xEF\xBB\xBF");
}

/// The rest of a cell behind its opening quote.
bool CsvReader::readQuoted(std::string &cell) {
  unsigned begin = currentLine;
  for (;;) {
    size_t quote = rest.find('"');
    if (quote == StringRef::npos) {
      error = "line " + std::to_string(begin) + ": a quote is not closed";
      return false;
    }
    cell += rest.take_front(quote);
    currentLine += rest.take_front(quote).count('\n');
    rest = rest.drop_front(quote + 1);
    if (!rest.consume_front("\""))
      break;
    cell += '"';
  }
  if (rest.empty() || rest[0] == ',' || rest[0] == '\n' ||
      rest.starts_with("\r\n"))
    return true;
  error = "line " + std::to_string(currentLine) +
          ": text stands behind a closing quote";
  return false;
}

bool CsvReader::readCell(std::string &cell) {
  cell.clear();
  if (rest.consume_front("\""))
    return readQuoted(cell);
  size_t size = std::min(rest.find_first_of(",\n"), rest.size());
  StringRef text = rest.take_front(size);
  rest = rest.drop_front(size);
  if (rest.starts_with("\n") || rest.empty())
    text.consume_back("\r");
  cell = text.str();
  return true;
}

bool CsvReader::next(std::vector<std::string> &cells) {
  cells.clear();
  while (rest.consume_front("\r\n") || rest.consume_front("\n"))
    ++currentLine;
  recordLine = currentLine;
  if (rest.empty() || !error.empty())
    return false;
  do {
    if (!readCell(cells.emplace_back()))
      return false;
  } while (rest.consume_front(","));
  rest.consume_front("\r");
  currentLine += rest.consume_front("\n");
  return true;
}

bool sinter::isMissing(StringRef cell) {
  // pandas' words, "None" excepted, which data sets use as a category.
  static constexpr StringLiteral words[] = {
      "",     "#N/A", "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN",
      "-NaN", "-nan", "1.#IND",   "<NA>", "1.#QNAN", "N/A",
      "NA",   "NULL", "NaN",      "n/a",  "nan",     "null"};
  return is_contained(words, cell);
}

bool sinter::isNumber(StringRef cell) {
  cell = cell.trim(" \t");
  cell.consume_front("-") || cell.consume_front("+");
  auto digits = [&] {
    size_t size = std::min(cell.find_first_not_of("0123456789"), cell.size());
    cell = cell.drop_front(size);
    return size;
  };
  size_t count = digits();
  if (cell.consume_front("."))
    count += digits();
  if (count == 0)
    return false;
  if (cell.consume_front("e") || cell.consume_front("E")) {
    cell.consume_front("-") || cell.consume_front("+");
    if (digits() == 0)
      return false;
  }
  return cell.empty();
}

int64_t CsvTable::find(StringRef column) const {
  auto it = llvm::find(header, column);
  return it == header.end() ? -1 : it - header.begin();
}

CsvTable sinter::readCsv(StringRef text) {
  CsvTable table;
  CsvReader reader(text);
  if (!reader.next(table.header)) {
    table.problem =
        reader.problem().empty() ? "it has no header" : reader.problem();
    return table;
  }
  StringSet<> names;
  for (const std::string &name : table.header)
    if (!names.insert(name).second) {
      table.problem = "two columns are called '" + name + "'";
      return table;
    }
  std::vector<std::string> cells;
  while (reader.next(cells)) {
    if (cells.size() != table.header.size()) {
      table.problem = "line " + std::to_string(reader.line()) + " has " +
                      std::to_string(cells.size()) + " cells, the header has " +
                      std::to_string(table.header.size());
      return table;
    }
    table.records.push_back(cells);
    table.lines.push_back(reader.line());
  }
  table.problem = reader.problem();
  return table;
}
