//===- FileSchema.cpp - What a data file says of itself -------------------===//

#include "frontend/FileSchema.h"
#include "frontend/JsonTree.h"
#include "frontend/SourceManager.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace sinter;

static FileSchema invalid(const Twine &problem) {
  FileSchema schema;
  schema.problem = problem.str();
  return schema;
}

static Type integer(MLIRContext *context, unsigned width) {
  return IntegerType::get(context, width);
}

/// Finishes a schema whose sizes are `sizes`.
static FileSchema known(Type element, ArrayRef<uint64_t> sizes) {
  if (sizes.empty())
    return invalid("it has no rows: it holds a single number");
  FileSchema schema;
  for (uint64_t size : sizes) {
    if (size > uint64_t(maxDim))
      return invalid("a dimension of " + Twine(size) + " is too large");
    schema.dims.push_back({int64_t(size), {}});
  }
  if (sizes.size() > maxRank)
    return invalid("it has " + Twine(sizes.size()) + " dimensions, at most " +
                   Twine(maxRank) + " can be read");
  schema.state = FileSchema::State::Known;
  schema.element = element;
  return schema;
}

//===----------------------------------------------------------------------===//
// IDX
//===----------------------------------------------------------------------===//

static FileSchema readIdxSchema(StringRef bytes, MLIRContext *context) {
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0)
    return invalid("not an IDX file: expected two zero bytes, a type and a "
                   "rank");
  unsigned code = uint8_t(bytes[2]), rank = uint8_t(bytes[3]);
  Type element;
  switch (code) {
  case 0x08:
    element = IntegerType::get(context, 8, IntegerType::Unsigned);
    break;
  case 0x09:
    element = integer(context, 8);
    break;
  case 0x0C:
    element = integer(context, 32);
    break;
  case 0x0D:
    element = Float32Type::get(context);
    break;
  case 0x0E:
    element = Float64Type::get(context);
    break;
  default:
    return invalid("IDX type " + Twine(code) +
                   " cannot be read: expected 8 (u8), 9 (i8), 12 (i32), 13 "
                   "(f32) or 14 (f64)");
  }
  if (bytes.size() < 4 + 4 * size_t(rank))
    return invalid("the IDX header is cut off");
  SmallVector<uint64_t> sizes;
  for (unsigned i = 0; i < rank; ++i)
    sizes.push_back(llvm::support::endian::read32be(bytes.data() + 4 + 4 * i));
  return known(element, sizes);
}

//===----------------------------------------------------------------------===//
// NumPy
//===----------------------------------------------------------------------===//

/// The text after `'KEY':` of the header's dictionary, empty if there is none.
static StringRef entryOf(StringRef dictionary, StringRef key) {
  for (char quote : {'\'', '"'}) {
    std::string word = quote + key.str() + quote;
    size_t at = dictionary.find(word);
    if (at == StringRef::npos)
      continue;
    StringRef rest = dictionary.drop_front(at + word.size()).ltrim();
    if (rest.consume_front(":"))
      return rest.ltrim();
  }
  return {};
}

/// The quoted text at the beginning of `text`.
static StringRef quoted(StringRef text) {
  if (text.empty() || (text[0] != '\'' && text[0] != '"'))
    return {};
  size_t end = text.find(text[0], 1);
  return end == StringRef::npos ? StringRef() : text.slice(1, end);
}

static bool parseTuple(StringRef text, SmallVectorImpl<uint64_t> &sizes) {
  if (!text.consume_front("("))
    return false;
  text = text.ltrim();
  while (!text.starts_with(")")) {
    uint64_t size;
    if (text.consumeInteger(10, size))
      return false;
    sizes.push_back(size);
    text = text.ltrim();
    if (text.consume_front(","))
      text = text.ltrim();
    else if (!text.starts_with(")"))
      return false;
  }
  return true;
}

static Type npyElement(StringRef descriptor, MLIRContext *context) {
  return llvm::StringSwitch<Type>(descriptor)
      .Case("<f4", Float32Type::get(context))
      .Case("<f8", Float64Type::get(context))
      .Case("<i4", integer(context, 32))
      .Case("<i8", integer(context, 64))
      .Case("|i1", integer(context, 8))
      .Case("|u1", IntegerType::get(context, 8, IntegerType::Unsigned))
      .Case("|b1", integer(context, 1))
      .Default({});
}

static FileSchema readNpySchema(StringRef bytes, MLIRContext *context) {
  if (bytes.size() < 12 || !bytes.starts_with("\x93NUMPY") || bytes[6] < 1 ||
      bytes[6] > 3)
    return invalid("not a .npy file");
  size_t begin = bytes[6] == 1 ? 10 : 12;
  size_t size = begin == 10 ? llvm::support::endian::read16le(bytes.data() + 8)
                            : llvm::support::endian::read32le(bytes.data() + 8);
  if (size > bytes.size() - begin)
    return invalid("the .npy header is cut off");
  StringRef dictionary = bytes.substr(begin, size);
  StringRef descriptor = quoted(entryOf(dictionary, "descr"));
  SmallVector<uint64_t> sizes;
  if (descriptor.empty() || !parseTuple(entryOf(dictionary, "shape"), sizes))
    return invalid("the .npy header has no simple descr and shape");
  Type element = npyElement(descriptor, context);
  if (!element)
    return invalid("its element type is '" + descriptor +
                   "', expected '<f4', '<f8', '<i4', '<i8', '|i1', '|u1' or "
                   "'|b1'");
  if (entryOf(dictionary, "fortran_order").starts_with("True") &&
      sizes.size() > 1)
    return invalid("it is in Fortran order; save it with "
                   "numpy.ascontiguousarray");
  return known(element, sizes);
}

//===----------------------------------------------------------------------===//
// Safetensors
//===----------------------------------------------------------------------===//

static Type tensorElement(StringRef name, MLIRContext *context) {
  return llvm::StringSwitch<Type>(name)
      .Case("F32", Float32Type::get(context))
      .Case("F64", Float64Type::get(context))
      .Case("I32", integer(context, 32))
      .Case("I64", integer(context, 64))
      .Case("I8", integer(context, 8))
      .Case("U8", IntegerType::get(context, 8, IntegerType::Unsigned))
      .Case("BOOL", integer(context, 1))
      .Default({});
}

static FileSchema schemaOfEntry(const JsonValue &entry, MLIRContext *context) {
  const JsonMember *dtype = entry.find("dtype"), *shape = entry.find("shape");
  if (!dtype || !shape || !dtype->value->is(JsonValue::Kind::String) ||
      !shape->value->is(JsonValue::Kind::Array))
    return invalid("the tensor has no dtype and shape");
  Type element = tensorElement(dtype->value->text, context);
  if (!element)
    return invalid("its element type is " + dtype->value->text +
                   ", expected F32, F64, I32, I64, I8, U8 or BOOL");
  SmallVector<uint64_t> sizes;
  for (const JsonValue *size : shape->value->elements) {
    uint64_t number;
    if (!size->is(JsonValue::Kind::Number) ||
        size->text.getAsInteger(10, number))
      return invalid("the tensor has no valid shape");
    sizes.push_back(number);
  }
  return known(element, sizes);
}

static FileSchema readTensorSchema(StringRef bytes, StringRef tensor,
                                   MLIRContext *context) {
  constexpr uint64_t mostHeader = 100'000'000; // the format's own limit
  if (bytes.size() < 8)
    return invalid("not a safetensors file");
  uint64_t size = llvm::support::endian::read64le(bytes.data());
  if (size > mostHeader || size > bytes.size() - 8)
    return invalid("cut off, or not a safetensors file");
  SourceManager sources;
  Diagnostics diagnostics(sources);
  llvm::BumpPtrAllocator arena;
  JsonValue *header = parseJson(
      bytes.substr(8, size), arena, [](size_t) { return Loc(); }, diagnostics);
  if (!header || !header->is(JsonValue::Kind::Object))
    return invalid("its header is not a JSON object");
  const JsonMember *entry = header->find(tensor);
  if (!entry || tensor == "__metadata__" ||
      !entry->value->is(JsonValue::Kind::Object))
    return invalid("it has no tensor '" + tensor + "'");
  return schemaOfEntry(*entry->value, context);
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

std::string sinter::dataPath(StringRef path, StringRef folder) {
  if (llvm::sys::path::is_absolute(path) || folder.empty())
    return path.str();
  SmallString<128> joined(folder);
  llvm::sys::path::append(joined, path);
  return joined.str().str();
}

FileSchema sinter::readSchema(const FileReference &file, StringRef path,
                              MLIRContext *context) {
  // A pipe or a device would hang, or never end.
  llvm::sys::fs::file_status status;
  std::error_code error = llvm::sys::fs::status(path, status);
  if (!error && status.type() != llvm::sys::fs::file_type::regular_file)
    error = std::make_error_code(std::errc::not_supported);
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer =
      llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                  /*RequiresNullTerminator=*/false);
  if (error || !buffer) {
    FileSchema schema = invalid((error ? error : buffer.getError()).message());
    schema.state = FileSchema::State::Absent;
    return schema;
  }
  StringRef bytes = (*buffer)->getBuffer();
  if (file.format == "npy")
    return readNpySchema(bytes, context);
  if (file.format == "safetensors")
    return readTensorSchema(bytes, file.tensor, context);
  return readIdxSchema(bytes, context);
}
