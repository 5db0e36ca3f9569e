//===- SinterAttrs.cpp - Attributes of the sinter dialect -----------------===//

#include "ir/Shape.h"
#include "ir/SinterOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;

#include "ir/SinterEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "ir/SinterAttrs.cpp.inc"

void SinterDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "ir/SinterAttrs.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// #sinter.enc<batch max 256, order = [1, 0]>
//===----------------------------------------------------------------------===//

static ParseResult parseOrder(AsmParser &parser,
                              SmallVectorImpl<int64_t> &order) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
    return parser.parseInteger(order.emplace_back());
  });
}

Attribute EncodingAttr::parse(AsmParser &parser, Type) {
  SmallVector<StringAttr> names;
  SmallVector<int64_t> bounds, order;
  SMLoc loc = parser.getCurrentLocation();
  ParseResult parsed = parser.parseCommaSeparatedList(
      AsmParser::Delimiter::LessGreater, [&]() -> ParseResult {
        StringRef word;
        if (parser.parseKeyword(&word))
          return failure();
        if (succeeded(parser.parseOptionalEqual()))
          return word == "order" ? parseOrder(parser, order)
                                 : parser.emitError(loc, "expected 'order'");
        names.push_back(parser.getBuilder().getStringAttr(word));
        return failure(parser.parseKeyword("max") ||
                       parser.parseInteger(bounds.emplace_back()));
      });
  if (failed(parsed))
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    names, bounds, order);
}

void EncodingAttr::print(AsmPrinter &printer) const {
  printer << '<';
  for (size_t i = 0; i < getNames().size(); ++i)
    printer << (i ? ", " : "") << getNames()[i].getValue() << " max "
            << getBounds()[i];
  if (!getOrder().empty()) {
    printer << (getNames().empty() ? "" : ", ") << "order = [";
    llvm::interleaveComma(getOrder(), printer);
    printer << ']';
  }
  printer << '>';
}

LogicalResult EncodingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   ArrayRef<StringAttr> names,
                                   ArrayRef<int64_t> bounds,
                                   ArrayRef<int64_t> order) {
  if (names.size() != bounds.size())
    return emitError() << "expected a bound for each name";
  for (auto [index, name] : llvm::enumerate(names)) {
    if (bounds[index] < 0 || bounds[index] > maxDim)
      return emitError() << "bound of '" << name.getValue() << "' is "
                         << bounds[index] << ", expected 0 to " << maxDim;
    for (size_t other = 0; other < index; ++other)
      if (names[other] == name && bounds[other] != bounds[index])
        return emitError() << "two bounds for '" << name.getValue() << "'";
  }
  llvm::SmallBitVector seen(order.size());
  for (int64_t dim : order) {
    if (dim < 0 || dim >= int64_t(order.size()) || seen[dim])
      return emitError() << "order is not a permutation";
    seen.set(dim);
  }
  return success();
}

LogicalResult EncodingAttr::verifyEncoding(
    ArrayRef<int64_t> shape, Type,
    function_ref<InFlightDiagnostic()> emitError) const {
  size_t dynamic = llvm::count(shape, ShapedType::kDynamic);
  if (dynamic != getNames().size())
    return emitError() << "encoding names " << getNames().size()
                       << " run-time dimensions, the shape has " << dynamic;
  if (!getOrder().empty() && getOrder().size() != shape.size())
    return emitError() << "order has " << getOrder().size()
                       << " dimensions, the shape " << shape.size();
  return success();
}
