//===- SinterOps.cpp - Verifiers, type inference, printers ----------------===//

#include "ir/SinterOps.h"
#include "ir/Shape.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace sinter;

#include "ir/SinterOpsDialect.cpp.inc"

#include "ir/DifferentiableOpInterface.cpp.inc"

#define GET_OP_CLASSES
#include "ir/SinterOps.cpp.inc"

void SinterDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "ir/SinterOps.cpp.inc"
      >();
}

Value sinter::makeSplat(OpBuilder &builder, Location loc, RankedTensorType type,
                        double value) {
  Type element = type.getElementType();
  TypedAttr number;
  if (isa<FloatType>(element))
    number = builder.getFloatAttr(element, value);
  else
    number = builder.getIntegerAttr(element, int64_t(value));
  return SplatOp::create(builder, loc, type, number);
}

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

LogicalResult sinter::verifyBoundedTensors(Operation *op) {
  for (Type type : op->getOperandTypes())
    if (failed(checkTensor(op->getLoc(), type)))
      return failure();
  for (Type type : op->getResultTypes())
    if (failed(checkTensor(op->getLoc(), type)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

LogicalResult GlobalOp::verify() {
  if (failed(checkTensor(getLoc(), getType())))
    return failure();
  if (!cast<RankedTensorType>(getType()).hasStaticShape())
    return emitOpError("storage needs a static shape, got ") << getType();
  return success();
}

LogicalResult ExperimentOp::verify() {
  int64_t epochs = getEpochs(), batch = getBatch();
  if (epochs < 0 || batch < 1 || batch > maxDim)
    return emitOpError("needs epochs >= 0 and batch from 1 to ") << maxDim;
  auto checkRows = [&](ArrayRef<int64_t> rows) {
    return rows.size() == 2 && rows[0] >= 0 &&
           (rows[1] == -1 || rows[1] >= rows[0]);
  };
  if (!checkRows(getTrainRows()) ||
      (getValidRows() && !checkRows(*getValidRows())))
    return emitOpError(
        "row ranges are [begin, end] with end = -1 for all rows");
  if (getAccumulate().value_or(1) < 1 || getPatience().value_or(1) < 1)
    return emitOpError("needs accumulate >= 1 and patience >= 1");
  if (getPatience() && (!getMonitor() || !getMinDelta()))
    return emitOpError("with patience needs monitor and min_delta");
  std::optional<ArrayRef<int64_t>> fold = getFold();
  if (fold && (fold->size() != 2 || (*fold)[0] < 0 || (*fold)[0] >= (*fold)[1]))
    return emitOpError("a fold is [i, n] with 0 <= i < n");
  return success();
}

/// The global that `symbol` names holds a `type`.
static LogicalResult verifySymbolType(Operation *op, FlatSymbolRefAttr symbol,
                                      Type type,
                                      SymbolTableCollection &tables) {
  GlobalOp global = tables.lookupNearestSymbolFrom<GlobalOp>(op, symbol);
  if (!global)
    return op->emitOpError("names no sinter.global: ") << symbol;
  if (global.getType() == type)
    return success();
  InFlightDiagnostic error = op->emitOpError("has type ")
                             << type << ", the global has " << global.getType();
  error.attachNote(global.getLoc()) << "the global is declared here";
  return error;
}

LogicalResult LoadOp::verifySymbolUses(SymbolTableCollection &tables) {
  return verifySymbolType(*this, getSymbolAttr(), getType(), tables);
}

LogicalResult StoreOp::verifySymbolUses(SymbolTableCollection &tables) {
  return verifySymbolType(*this, getSymbolAttr(), getValue().getType(), tables);
}

//===----------------------------------------------------------------------===//
// Differentiation and update
//===----------------------------------------------------------------------===//

LogicalResult GradientOp::verify() {
  if (getResults().size() != getWrt().size() ||
      getNames().size() != getWrt().size())
    return emitOpError("needs one result and one name for each wrt value");
  for (auto [result, wrt] : llvm::zip(getResults(), getWrt()))
    if (result.getType() != wrt.getType())
      return emitOpError("result type ")
             << result.getType() << " differs from wrt type " << wrt.getType();
  if (getSeed() && getSeed().getType() != getTarget().getType())
    return emitOpError("seed type ")
           << getSeed().getType() << " differs from target type "
           << getTarget().getType();
  if (!getSeed() && tensorOf(getTarget()).getRank() != 0)
    return emitOpError("a target that is no scalar needs a seed");
  return success();
}

LogicalResult UpdateOp::verify() {
  Block &body = getBody().front();
  size_t values = 1 + getStates().size();
  YieldOp yield = dyn_cast<YieldOp>(body.getTerminator());
  if (!yield || yield.getNumOperands() != values)
    return emitOpError("yields the parameter and each state");
  if (body.getNumArguments() != values + 1)
    return emitOpError(
        "region takes the parameter, the gradient and each state");
  Type type = getGradient().getType();
  if (body.getArgument(0).getType() != type ||
      body.getArgument(1).getType() != type ||
      yield.getOperand(0).getType() != type)
    return emitOpError("parameter and gradient have different types");
  for (size_t i = 1; i < values; ++i)
    if (yield.getOperand(i).getType() != body.getArgument(i + 1).getType())
      return emitOpError("state ") << i - 1 << " changes its type";
  return success();
}

LogicalResult UpdateOp::verifySymbolUses(SymbolTableCollection &tables) {
  if (failed(verifySymbolType(*this, getSymbolAttr(), getGradient().getType(),
                              tables)))
    return failure();
  for (auto [index, state] :
       llvm::enumerate(getStates().getAsRange<FlatSymbolRefAttr>()))
    if (failed(verifySymbolType(
            *this, state, getBody().getArgument(index + 2).getType(), tables)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Leaves
//===----------------------------------------------------------------------===//

LogicalResult SplatOp::verify() {
  Type element = cast<RankedTensorType>(getType()).getElementType();
  if (getValue().getType() != element)
    return emitOpError("number of type ")
           << getValue().getType() << " in a tensor of " << element;
  return success();
}

LogicalResult IotaOp::verify() {
  if (getAxis() >= uint64_t(cast<RankedTensorType>(getType()).getRank()))
    return emitOpError("axis ")
           << int64_t(getAxis()) << " is not in " << getType();
  return success();
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

LogicalResult CompareOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location>,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  types.push_back(
      withElement(tensorOf(adaptor.getLhs()), IntegerType::get(context, 1)));
  return success();
}

/// Two types have the same dimensions; the element types may differ.
static LogicalResult verifySameShape(Operation *op, RankedTensorType a,
                                     RankedTensorType b) {
  if (dimsOf(a) == dimsOf(b))
    return success();
  return op->emitOpError("shapes differ: ") << a << " and " << b;
}

LogicalResult SelectOp::verify() {
  return verifySameShape(*this, tensorOf(getCondition()),
                         tensorOf(getResult()));
}

LogicalResult CastOp::verify() {
  return verifySameShape(*this, tensorOf(getInput()), tensorOf(getResult()));
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

LogicalResult BroadcastOp::verify() {
  Dims from = dimsOf(getInput()), to = dimsOf(getResult());
  ArrayRef<int64_t> dims = getDims();
  if (tensorOf(getInput()).getElementType() !=
      tensorOf(getResult()).getElementType())
    return emitOpError("changes the element type");
  if (dims.size() != from.size())
    return emitOpError("needs one entry of dims for each operand dimension");
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] < 0 || dims[i] >= int64_t(to.size()) ||
        (i && dims[i] <= dims[i - 1]))
      return emitOpError("dims must increase and lie in the result's rank");
    if (from[i] != to[dims[i]] && (from[i].isDynamic() || from[i].size != 1))
      return emitOpError("operand dimension ")
             << i << " of " << toString(from) << " does not fit dimension "
             << dims[i] << " of " << toString(to);
  }
  return success();
}

LogicalResult ReshapeOp::verify() {
  if (tensorOf(getInput()).getElementType() !=
      tensorOf(getResult()).getElementType())
    return emitOpError("changes the element type");
  Dims from = dimsOf(getInput()), to = dimsOf(getResult());
  if (!reshapeGroups(from, to))
    return emitOpError("cannot reshape ")
           << toString(from) << " to " << toString(to);
  return success();
}

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  RankedTensorType type = tensorOf(adaptor.getInput());
  Dims from = dimsOf(type), to;
  ArrayRef<int64_t> permutation = adaptor.getPermutation();
  SmallVector<bool> seen(from.size());
  if (permutation.size() != from.size())
    return emitOptionalError(loc, "permutation has ", permutation.size(),
                             " entries for rank ", from.size());
  for (int64_t dim : permutation) {
    if (dim < 0 || dim >= int64_t(from.size()) || seen[dim])
      return emitOptionalError(loc, "not a permutation");
    seen[dim] = true;
    to.push_back(from[dim]);
  }
  types.push_back(makeTensor(to, type.getElementType()));
  return success();
}

LogicalResult sinter::verifyBox(Operation *op, RankedTensorType boxType,
                                RankedTensorType wholeType,
                                ArrayRef<int64_t> offsets,
                                ArrayRef<int64_t> strides,
                                ArrayRef<int64_t> freeAxes) {
  Dims box = dimsOf(boxType), whole = dimsOf(wholeType);
  if (boxType.getElementType() != wholeType.getElementType())
    return op->emitOpError("changes the element type");
  if (box.size() != whole.size() || offsets.size() != box.size() ||
      strides.size() != box.size())
    return op->emitOpError("needs an offset and a stride for each dimension");
  for (size_t i = 0; i < box.size(); ++i) {
    if (llvm::is_contained(freeAxes, int64_t(i)))
      continue;
    if (box[i].isDynamic() || whole[i].isDynamic()) {
      if (box[i] != whole[i] || offsets[i] != 0 || strides[i] != 1)
        return op->emitOpError("run-time dimension ")
               << i << " must be taken whole";
      continue;
    }
    // Offsets may only be as large as the size, strides as the limit, so that
    // the product below cannot overflow. Negative strides walk backwards.
    if (strides[i] == 0 || std::abs(strides[i]) > maxDim || offsets[i] < 0 ||
        offsets[i] > whole[i].size)
      return op->emitOpError("bad offset or stride in dimension ") << i;
    int64_t last = offsets[i] + (box[i].size - 1) * strides[i];
    if (box[i].size > 0 &&
        (offsets[i] >= whole[i].size || last < 0 || last >= whole[i].size))
      return op->emitOpError("box leaves dimension ")
             << i << " of " << toString(whole);
  }
  return success();
}

LogicalResult SliceOp::verify() {
  return verifyBox(*this, tensorOf(getResult()), tensorOf(getInput()),
                   getOffsets(), getStrides());
}

LogicalResult PadOp::verify() {
  return verifyBox(*this, tensorOf(getInput()), tensorOf(getResult()),
                   getOffsets(), getStrides());
}

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  if (adaptor.getInputs().empty())
    return emitOptionalError(loc, "concat of nothing");
  RankedTensorType first = tensorOf(adaptor.getInputs().front());
  Dims dims = dimsOf(first);
  size_t axis = adaptor.getAxis();
  if (axis >= dims.size() || dims[axis].isDynamic())
    return emitOptionalError(loc, "concat needs a static axis");
  dims[axis].size = 0;
  for (Value input : adaptor.getInputs()) {
    Dims other = dimsOf(input);
    if (other.size() != dims.size() || other[axis].isDynamic() ||
        tensorOf(input).getElementType() != first.getElementType())
      return emitOptionalError(loc, "concat of unlike tensors");
    dims[axis].size += other[axis].size;
    for (size_t i = 0; i < dims.size(); ++i)
      if (i != axis && other[i] != dims[i])
        return emitOptionalError(loc, "concat: dimension ", i, " of ",
                                 toString(other), " differs");
  }
  types.push_back(makeTensor(dims, first.getElementType()));
  return success();
}

//===----------------------------------------------------------------------===//
// Reductions, contraction, rows
//===----------------------------------------------------------------------===//

LogicalResult ReduceOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType type = tensorOf(adaptor.getInput());
  Dims from = dimsOf(type), to;
  ArrayRef<int64_t> axes = adaptor.getAxes();
  for (size_t i = 0; i < axes.size(); ++i)
    if (axes[i] < 0 || axes[i] >= int64_t(from.size()) ||
        (i && axes[i] <= axes[i - 1]))
      return emitOptionalError(
          loc, "reduce: axes must increase and lie in the operand's rank");
  for (size_t i = 0; i < from.size(); ++i)
    if (!llvm::is_contained(axes, int64_t(i)))
      to.push_back(from[i]);
  types.push_back(makeTensor(to, type.getElementType()));
  return success();
}

LogicalResult ReduceOp::verify() {
  bool logical = getKind() == ReduceKind::And || getKind() == ReduceKind::Or;
  if (logical != tensorOf(getInput()).getElementType().isInteger(1))
    return emitOpError() << stringifyReduceKind(getKind()) << " over "
                         << tensorOf(getInput()).getElementType();
  return success();
}

LogicalResult ArgMaxOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  Dims dims = dimsOf(adaptor.getInput());
  size_t axis = adaptor.getAxis();
  if (axis >= dims.size() || dims[axis].isDynamic() || dims[axis].size == 0)
    return emitOptionalError(loc, "argmax needs a static, non-empty axis");
  dims.erase(dims.begin() + axis);
  types.push_back(makeTensor(dims, IntegerType::get(context, 32)));
  return success();
}

/// Gives each letter the dimension it names; a letter has one size.
static LogicalResult bindLetters(std::optional<Location> loc, StringRef letters,
                                 Value value,
                                 llvm::SmallDenseMap<char, Dim> &sizes) {
  Dims dims = dimsOf(value);
  if (letters.size() != dims.size())
    return emitOptionalError(loc, "contract: \"", letters, "\" names ",
                             letters.size(), " dimensions of ",
                             value.getType());
  for (auto [letter, dim] : llvm::zip(letters, dims)) {
    auto [it, isNew] = sizes.try_emplace(letter, dim);
    if (!isNew && it->second != dim)
      return emitOptionalError(loc, "contract: dimension '",
                               std::string(1, letter), "' is ",
                               toString(Dims{it->second}), " on the left and ",
                               toString(Dims{dim}), " on the right");
  }
  return success();
}

LogicalResult ContractOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location> loc,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  std::optional<ContractSpec> spec = parseContractSpec(adaptor.getSpec());
  if (!spec)
    return emitOptionalError(loc, "contract: spec \"", adaptor.getSpec(),
                             "\" is not of the form \"ab,bc->ac\"");
  Type element = tensorOf(adaptor.getLhs()).getElementType();
  if (tensorOf(adaptor.getRhs()).getElementType() != element)
    return emitOptionalError(loc, "contract: operands differ in element type");
  llvm::SmallDenseMap<char, Dim> sizes;
  if (failed(bindLetters(loc, spec->lhs, adaptor.getLhs(), sizes)) ||
      failed(bindLetters(loc, spec->rhs, adaptor.getRhs(), sizes)))
    return failure();
  Dims dims;
  for (char letter : spec->result) {
    if (!sizes.count(letter))
      return emitOptionalError(loc, "contract: result dimension '",
                               std::string(1, letter), "' is in no operand");
    dims.push_back(sizes[letter]);
  }
  types.push_back(makeTensor(dims, element));
  return success();
}

LogicalResult PickOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  RankedTensorType type = tensorOf(adaptor.getInput());
  Dims dims = dimsOf(type);
  if (dims.empty() || dims.back().isDynamic())
    return emitOptionalError(loc, "pick needs rows of static size");
  dims.pop_back();
  if (dims != dimsOf(adaptor.getIndex()))
    return emitOptionalError(loc, "pick needs one index for each row of ",
                             toString(dims));
  types.push_back(makeTensor(dims, type.getElementType()));
  return success();
}

/// Row operations need rows: a static last dimension.
static LogicalResult verifyRows(Operation *op, Value input) {
  Dims dims = dimsOf(input);
  if (dims.empty() || dims.back().isDynamic())
    return op->emitOpError("needs rows of static size, got ")
           << input.getType();
  return success();
}

LogicalResult SoftmaxOp::verify() { return verifyRows(*this, getInput()); }
LogicalResult LogSoftmaxOp::verify() { return verifyRows(*this, getInput()); }

//===----------------------------------------------------------------------===//
// Effects
//===----------------------------------------------------------------------===//

LogicalResult PrintOp::verify() {
  unsigned next = 0;
  for (Attribute group : getGroups()) {
    ArrayAttr pieces = dyn_cast<ArrayAttr>(group);
    if (!pieces)
      return emitOpError("groups is a list of lists");
    for (Attribute piece : pieces) {
      ArrayAttr format = dyn_cast<ArrayAttr>(piece);
      if (isa<StringAttr>(piece))
        continue;
      if (!isa<UnitAttr>(piece) &&
          (!format || format.size() != 1 || !isa<StringAttr>(format[0])))
        return emitOpError("a piece is text, unit or [\"format\"]");
      if (next == getNumOperands())
        return emitOpError("groups name more operands than there are");
      if (format && tensorOf(getOperand(next)).getRank() != 0)
        return emitOpError("a format needs a scalar");
      ++next;
    }
  }
  if (next != getNumOperands())
    return emitOpError("groups name ")
           << next << " of " << getNumOperands() << " operands";
  return success();
}

LogicalResult PlotOp::verify() {
  if (getCurves().size() < 2)
    return emitOpError("needs x and a curve");
  if (int64_t(getEvery()) < 1)
    return emitOpError("writes every ") << int64_t(getEvery()) << "-th point";
  Dims first = dimsOf(getCurves().front());
  for (Value curve : getCurves()) {
    Dims dims = dimsOf(curve);
    bool isX = curve == getCurves().front();
    if (dims.empty() || dims.size() > 2 || dims.front() != first.front() ||
        llvm::any_of(dims, [](const Dim &dim) { return dim.isDynamic(); }) ||
        (isX && dims.size() == 2 && dims[1].size != 1))
      return emitOpError(
                 "draws vectors and matrices of equally many rows, got ")
             << curve.getType();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr name;
  SmallVector<OpAsmParser::Argument> arguments;
  if (parser.parseSymbolName(name, getSymNameAttrName(result.name),
                             result.attributes) ||
      parser.parseArgumentList(arguments, OpAsmParser::Delimiter::Paren,
                               /*allowType=*/true) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();
  return parser.parseRegion(*result.addRegion(), arguments);
}

void KernelOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  printer << '(';
  llvm::interleaveComma(
      getBody().getArguments(), printer,
      [&](BlockArgument argument) { printer.printRegionArgument(argument); });
  printer << ')';
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(),
                                           {getSymNameAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult KernelOp::verify() {
  YieldOp yield = dyn_cast<YieldOp>(getBody().front().getTerminator());
  if (!yield)
    return emitOpError("ends in sinter.yield");
  if (yield.getNumOperands() == 0)
    return emitOpError("yields nothing");
  for (Operation &op : getBody().front())
    if (!isPure(&op))
      return op.emitOpError("has effects and cannot stand in a kernel");
  return success();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &tables) {
  Operation *callee = tables.lookupNearestSymbolFrom(*this, getKernelAttr());
  // Once kernels are lowered, buffers take the place of types.
  if (isa_and_nonnull<FunctionOpInterface>(callee))
    return success();
  KernelOp kernel = dyn_cast_or_null<KernelOp>(callee);
  if (!kernel)
    return emitOpError("names no sinter.kernel: ") << getKernelAttr();
  Block &body = kernel.getBody().front();
  if (!llvm::equal(getOperandTypes(), body.getArgumentTypes()) ||
      !llvm::equal(getResultTypes(), body.getTerminator()->getOperandTypes()))
    return emitOpError("does not match the kernel's types");
  size_t wanted = getNumResults() + (kernel.getScratch().value_or(0) ? 1 : 0);
  if (getAt() && getAt()->size() != wanted)
    return emitOpError("needs ")
           << wanted << " buffers, has " << getAt()->size();
  return success();
}
