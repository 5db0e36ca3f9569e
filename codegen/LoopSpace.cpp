//===- LoopSpace.cpp - Indices as linear forms of loop variables ----------===//

#include "codegen/LoopSpace.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Linear forms
//===----------------------------------------------------------------------===//

void LinearIndex::addTerm(unsigned factor, int64_t scale) {
  Term *at = llvm::lower_bound(terms, factor, [](const Term &term, unsigned f) {
    return term.factor < f;
  });
  if (at == terms.end() || at->factor != factor)
    at = terms.insert(at, {factor, 0});
  at->scale += scale;
  if (at->scale == 0)
    terms.erase(at);
}

void LinearIndex::add(const LinearIndex &other, int64_t scale) {
  constant += other.constant * scale;
  for (const Term &term : other.terms)
    addTerm(term.factor, term.scale * scale);
}

void LinearIndex::drop(unsigned factor) {
  llvm::erase_if(terms,
                 [&](const Term &term) { return term.factor == factor; });
}

int64_t LinearIndex::scaleOf(unsigned factor) const {
  for (const Term &term : terms)
    if (term.factor == factor)
      return term.scale;
  return 0;
}

bool LinearIndex::operator==(const LinearIndex &other) const {
  return constant == other.constant &&
         llvm::equal(terms, other.terms, [](const Term &a, const Term &b) {
           return a.factor == b.factor && a.scale == b.scale;
         });
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

LoopSpace::LoopSpace(ArrayRef<Dim> shape) {
  for (const Dim &dim : shape)
    dims.push_back({dim, {}});
  rebuild();
}

void LoopSpace::rebuild() {
  factors.clear();
  places.clear();
  loops.assign(dims.size(), {});
  for (auto [number, loop] : llvm::enumerate(dims)) {
    const Dim &dim = loop.dim;
    if (dim.size == 1 && !dim.isDynamic())
      continue;
    SmallVector<int64_t, 2> sizes = loop.parts;
    if (sizes.empty())
      sizes.push_back(dim.size);
    for (auto [part, size] : llvm::enumerate(sizes)) {
      Factor factor;
      factor.size = size;
      factor.name = dim.name;
      places.push_back({unsigned(number), unsigned(part)});
      loops[number].push_back(addFactor(factor));
    }
  }
}

unsigned LoopSpace::addFactor(Factor factor) {
  factors.push_back(std::move(factor));
  return factors.size() - 1;
}

SmallVector<unsigned, 4> LoopSpace::allLoops() const {
  SmallVector<unsigned, 4> all;
  for (ArrayRef<unsigned> ofDim : loops)
    llvm::append_range(all, ofDim);
  return all;
}

LinearIndex LoopSpace::index(unsigned dim) const {
  LinearIndex result;
  int64_t scale = 1;
  for (unsigned id : llvm::reverse(loops[dim])) {
    result.addTerm(id, scale);
    scale *= factors[id].size;
  }
  return result;
}

SmallVector<LinearIndex, 4> LoopSpace::indices() const {
  SmallVector<LinearIndex, 4> all;
  for (unsigned dim = 0; dim < dims.size(); ++dim)
    all.push_back(index(dim));
  return all;
}

//===----------------------------------------------------------------------===//
// Division
//===----------------------------------------------------------------------===//

std::pair<LinearIndex, LinearIndex> LoopSpace::divide(const LinearIndex &value,
                                                      int64_t divisor) {
  LinearIndex quotient, remainder;
  if (divisor <= 1)
    return {value, remainder};
  int64_t low = 0, high = 0, top = value.constant;
  for (const LinearIndex::Term &term : value.terms) {
    int64_t reach =
        term.scale * std::max<int64_t>(factors[term.factor].size - 1, 0);
    top += std::max<int64_t>(reach, 0);
    if (term.scale % divisor == 0) {
      quotient.addTerm(term.factor, term.scale / divisor);
      continue;
    }
    remainder.addTerm(term.factor, term.scale);
    (reach < 0 ? low : high) += reach;
  }
  quotient.constant = llvm::divideFloorSigned(value.constant + low, divisor);
  remainder.constant = value.constant - quotient.constant * divisor;
  if (remainder.constant + high < divisor)
    return {quotient, remainder};

  if (requestSplit(value, divisor))
    return {LinearIndex(), LinearIndex()};
  Factor derived;
  derived.divisor = divisor;
  derived.source = value;
  derived.size = top / divisor + 1;
  LinearIndex derivedQuotient, derivedRemainder;
  derivedQuotient.addTerm(addFactor(derived), 1);
  derived.isRemainder = true;
  derived.size = divisor;
  derivedRemainder.addTerm(addFactor(derived), 1);
  return {derivedQuotient, derivedRemainder};
}

/// Asks for a loop to be cut so that its inner part runs over just `divisor`.
bool LoopSpace::requestSplit(const LinearIndex &value, int64_t divisor) {
  if (wanted)
    return true;
  if (!maySplit)
    return false;
  for (const LinearIndex::Term &term : value.terms) {
    const Factor &factor = factors[term.factor];
    if (factor.isDerived() || factor.name || term.scale <= 0 ||
        divisor % term.scale != 0)
      continue;
    int64_t innerSize = divisor / term.scale;
    if (innerSize <= 1 || innerSize >= factor.size ||
        factor.size % innerSize != 0)
      continue;
    wanted = Split{places[term.factor], innerSize};
    return true;
  }
  return false;
}

bool LoopSpace::takeSplit() {
  if (!wanted)
    return false;
  LoopDim &loop = dims[wanted->place.dim];
  if (loop.parts.empty())
    loop.parts.push_back(loop.dim.size);
  int64_t &size = loop.parts[wanted->place.part];
  int64_t outerSize = size / wanted->innerSize;
  size = wanted->innerSize;
  loop.parts.insert(loop.parts.begin() + wanted->place.part, outerSize);
  wanted.reset();
  rebuild();
  return true;
}

void LoopSpace::forbidSplits() {
  maySplit = false;
  for (LoopDim &loop : dims)
    loop.parts.clear();
  rebuild();
}

//===----------------------------------------------------------------------===//
// Merging
//===----------------------------------------------------------------------===//

bool LoopSpace::walkedAsOne(unsigned outer, unsigned inner,
                            ArrayRef<LinearIndex *> forms) const {
  // Steps of a run-time extent have no constant length.
  if (factors[inner].name)
    return false;
  auto isOneWalk = [&](const LinearIndex &form) {
    return form.scaleOf(outer) == form.scaleOf(inner) * factors[inner].size;
  };
  return llvm::all_of(forms, [&](LinearIndex *f) { return isOneWalk(*f); }) &&
         llvm::all_of(factors,
                      [&](const Factor &f) { return isOneWalk(f.source); });
}

void LoopSpace::mergeNeighbours(SmallVectorImpl<unsigned> &order,
                                ArrayRef<LinearIndex *> forms) {
  for (size_t i = order.size(); i-- > 1;) {
    unsigned outer = order[i - 1], inner = order[i];
    if (!walkedAsOne(outer, inner, forms))
      continue;
    for (LinearIndex *form : forms)
      form->drop(outer);
    for (Factor &factor : factors)
      factor.source.drop(outer);
    Factor &merged = factors[inner];
    merged.name = factors[outer].name;
    merged.multiple = merged.name ? merged.size : 1;
    merged.size *= factors[outer].size;
    order.erase(order.begin() + (i - 1));
  }
}
