//===- Contraction.cpp - a @ b --------------------------------------------===//

#include "frontend/Elaborator.h"

using namespace mlir;
using namespace sinter;

namespace {
/// An operand of `@`: its dimensions with their letters.
struct MatrixOperand {
  Value value;
  Dims dims;
  std::string letters;
};
} // namespace

/// A transposed matrix is read in place: its letters change their order.
static void foldTranspose(MatrixOperand &operand) {
  TransposeOp transpose = operand.value.getDefiningOp<TransposeOp>();
  if (!transpose)
    return;
  std::string letters(operand.letters.size(), ' ');
  for (auto [i, source] : llvm::enumerate(transpose.getPermutation()))
    letters[source] = operand.letters[i];
  operand.letters = letters;
  operand.value = transpose.getInput();
}

Object Elaborator::matmul(Loc loc, const Object &a, Loc aLoc, const Object &b,
                          Loc bLoc) {
  MatrixOperand left, right;
  Tensor tensors[2];
  for (auto [i, object, place] :
       {std::tuple(0, &a, aLoc), std::tuple(1, &b, bLoc)}) {
    std::optional<Tensor> tensor = toTensor(place, *object);
    if (!tensor)
      return Object::error();
    if (tensor->type().getRank() == 0 || tensor->element().isInteger(1)) {
      emit.error(Code::WrongType, place,
                 "'@' multiplies vectors and matrices, this is " +
                     describe(object->isNumber() ? *object : Object(*tensor)))
          .addHelp("'*' multiplies element by element");
      return Object::error();
    }
    tensors[i] = *tensor;
  }
  Type element = promote(tensors[0].element(), tensors[1].element());
  left.dims = tensors[0].dims();
  right.dims = tensors[1].dims();

  // x is the summed dimension: the left's last, the right's last but one.
  size_t aAxis = left.dims.size() - 1;
  size_t bAxis = right.dims.size() == 1 ? 0 : right.dims.size() - 2;
  if (left.dims[aAxis] != right.dims[bAxis]) {
    shapeClash(loc, "@", left.dims, aLoc, aAxis, right.dims, bLoc, bAxis,
               "'a @ b' sums over a's last dimension and b's last but one; "
               "'.T' transposes");
    return Object::error();
  }
  Dims aBatch(left.dims.begin(),
              left.dims.end() - std::min<size_t>(2, left.dims.size()));
  Dims bBatch(right.dims.begin(),
              right.dims.end() - std::min<size_t>(2, right.dims.size()));
  Dims batch;
  unsigned fromEnd = 0;
  if (!Emitter::broadcastDims(aBatch, bBatch, batch, fromEnd)) {
    shapeClash(loc, "@", left.dims, aLoc, aBatch.size() - fromEnd, right.dims,
               bLoc, bBatch.size() - fromEnd,
               "the dimensions before the matrices must be equal, or 1");
    return Object::error();
  }
  auto prepare = [&](MatrixOperand &operand, const Tensor &tensor,
                     const Dims &own, StringRef matrix) {
    operand.value = emit.cast(loc, tensor.value, element);
    if (!own.empty() && own != batch) {
      operand.dims.erase(operand.dims.begin(),
                         operand.dims.begin() + own.size());
      operand.dims.insert(operand.dims.begin(), batch.begin(), batch.end());
      operand.value = emit.broadcast(loc, operand.value, operand.dims);
    }
    if (!own.empty())
      for (size_t i = 0; i < batch.size(); ++i)
        operand.letters += char('a' + i);
    operand.letters += matrix;
  };
  bool aIsVector = left.dims.size() == 1, bIsVector = right.dims.size() == 1;
  prepare(left, tensors[0], aBatch, aIsVector ? "x" : "wx");
  prepare(right, tensors[1], bBatch, bIsVector ? "x" : "xy");
  if (!left.value || !right.value)
    return Object::error();

  std::string result;
  for (size_t i = 0; i < batch.size(); ++i)
    result += char('a' + i);
  Dims dims = batch;
  if (!aIsVector) {
    result += 'w';
    dims.push_back(left.dims[left.dims.size() - 2]);
  }
  if (!bIsVector) {
    result += 'y';
    dims.push_back(right.dims.back());
  }
  foldTranspose(left);
  foldTranspose(right);
  return emit.contract(loc, left.letters + "," + right.letters + "->" + result,
                       left.value, right.value, dims);
}
