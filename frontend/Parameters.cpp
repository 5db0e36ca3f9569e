//===- Parameters.cpp - Parameters, state, initialisers -------------------===//

#include "frontend/Elaborator.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace mlir;
using namespace sinter;

void Elaborator::addGlobal(Loc loc, GlobalKind kind, StringRef symbol,
                           StringRef label, StringRef owner,
                           RankedTensorType type) {
  InsertionScope insertion(emit);
  WordScope word(emit, label);
  emit.builder.setInsertionPoint(module->getBody(), globalsEnd());
  GlobalOp::create(emit.builder, emit.at(loc), symbol, kind, type, label, owner,
                   IntegerAttr());
}

/// Storage and experiments stand before the functions, in order.
mlir::Block::iterator Elaborator::globalsEnd() {
  mlir::Block *body = module->getBody();
  return llvm::find_if(*body, [](Operation &op) {
    return !isa<GlobalOp, SourceOp, ExperimentOp>(op);
  });
}

std::string Elaborator::layerName(Loc loc, StringRef kind,
                                  const Object &given) {
  if (!model) {
    emit.error(Code::WrongPlace, loc,
               "a layer has parameters: it can only be called in a model");
    return {};
  }
  if (given.isNone()) {
    std::string base = model->prefix + kind.str();
    return base + std::to_string(++model->layers[base]);
  }
  const std::string *name = given.characters();
  bool isWord = name && !name->empty() && !llvm::isDigit(name->front()) &&
                llvm::all_of(*name, [](char c) {
                  return llvm::isAlnum(c) || c == '_' || c == '.';
                });
  if (isWord)
    return model->prefix + *name;
  if (!given.isAbsorbing())
    emit.error(Code::WrongType, loc,
               "a layer's name is a text of letters, digits and '_', this "
               "is " +
                   describe(given));
  return {};
}

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

Object Elaborator::parameter(Loc loc, StringRef name, RankedTensorType type,
                             const Object &initial) {
  Experiment &experiment = model->experiment;
  loc = emit.userPlace(loc);
  if (!isOutsideRegions(loc, "a layer with parameters"))
    return Object::error();
  if (!isa<FloatType>(type.getElementType())) {
    emit.error(Code::WrongType, loc,
               "a parameter holds floats, '" + name + "' is " + typeName(type));
    return Object::error();
  }
  if (!type.hasStaticShape()) {
    emit.error(Code::WrongType, loc,
               "a parameter's shape is fixed, '" + name + "' is " +
                   typeName(type));
    return Object::error();
  }
  const ParameterInfo *known = experiment.find(name);
  if (model->parameters.count(name)) {
    emit.error(Code::DuplicateParameter, loc,
               "two parameters are called '" + name + "'")
        .addNote(known->loc, "the first is declared here")
        .addHelp("'name = \"...\"' gives a layer a name of its own");
    return Object::error();
  }
  if (known && known->type != type) {
    emit.error(Code::ShapeMismatch, loc,
               "'" + name + "' is " + typeName(known->type) +
                   " in training and " + typeName(type) + " here");
    return Object::error();
  }
  if (!known) {
    experiment.parameterIndex[name] = experiment.parameters.size();
    experiment.parameters.push_back(
        {name.str(), experiment.name + "/" + name.str(), loc, type, true});
    known = &experiment.parameters.back();
    addGlobal(loc, GlobalKind::Param, known->symbol, labelOf(experiment, name),
              experiment.name, type);
    initialise(loc, *known, initial);
  }
  WordScope word(emit, name);
  Value value = emit.load(loc, known->symbol, type);
  model->parameters[name] = value;
  if (name.contains('.'))
    model->scope->bind(name, {Object(value), loc});
  return value;
}

/// The name of an experiment's tensor in files.
std::string Elaborator::labelOf(const Experiment &experiment, StringRef name) {
  std::string label = name.str();
  if (experiment.fold >= 0)
    label = "fold" + std::to_string(experiment.fold) + "/" + label;
  return experimentCount <= 1 ? label : experiment.title + "/" + label;
}

void Elaborator::initialise(Loc loc, const ParameterInfo &info,
                            const Object &initial) {
  if (initial.isAbsorbing())
    return;
  Frame &init = *model->experiment.init;
  InsertionScope insertion(emit);
  emit.builder.setInsertionPointToEnd(&init.function.front());
  WordScope word(emit, info.name);
  Frame *saved = frame;
  frame = &init;
  Value value;
  if (initial.is<Tensor>() || initial.list()) {
    value = coerce(loc, initial, info.type, "'" + info.name + "'");
  } else if (std::optional<Initialiser> recipe = toInitialiser(loc, initial)) {
    value = draw(loc, *recipe, info.name, info.type);
  }
  if (value)
    emit.store(loc, value, info.symbol);
  if (value && value.getDefiningOp<SplatOp>())
    lint.noteConstant(info.symbol);
  frame = saved;
}

/// The first value of a parameter or state, built in the init function.
Object Elaborator::buildInitial(const BindStmt *stmt, Scope &scope) {
  InsertionScope insertion(emit);
  Frame *saved = frame;
  frame = model->experiment.init.get();
  emit.builder.setInsertionPointToEnd(&frame->function.front());
  Object initial = evaluate(stmt->value, scope);
  if (initial.list())
    if (std::optional<Tensor> tensor = toTensor(stmt->value->loc, initial))
      initial = *tensor;
  frame = saved;
  return initial;
}

/// The type of a parameter or state, and its first value unless its storage is
/// `known` from another mode. The type is null after an error.
RankedTensorType Elaborator::evaluateInitial(const BindStmt *stmt, Scope &scope,
                                             const ParameterInfo *known,
                                             Object &initial) {
  RankedTensorType type;
  if (stmt->type) {
    type = evaluateType(stmt->type, scope);
    if (!type)
      return {};
  }
  // Streams are numbered in the same way in all modes.
  streams.enter(stmt->name);
  if (stmt->value && !known)
    initial = buildInitial(stmt, scope);
  streams.leave();
  if (type || known)
    return type ? type : known->type;
  if (const Tensor *tensor = initial.as<Tensor>())
    return tensor->type();
  const Initialiser *recipe = initial.as<Initialiser>();
  if (recipe && recipe->file)
    return makeTensor(schemaOf(*recipe->file).dims, emit.f32());
  bool isState = stmt->kind == Stmt::Kind::State;
  if (!stmt->value || !initial.isAbsorbing())
    emit.error(Code::WrongType, stmt->nameLoc,
               (isState ? "the state '" : "the parameter '") + stmt->name +
                   "' needs a type")
        .addHelp((isState ? "'state " : "'param ") + stmt->name +
                 " : f32[2, 1] = ...'");
  return {};
}

void Elaborator::executeParam(const BindStmt *stmt, Scope &scope) {
  if (!model) {
    emit.error(Code::WrongPlace, stmt->loc,
               "parameters belong to a model: this function can only be "
               "called in one");
    return;
  }
  std::string name = model->prefix + stmt->name.str();
  Object initial, value;
  RankedTensorType type;
  if (stmt->value)
    type = evaluateInitial(stmt, scope, model->experiment.find(name), initial);
  else
    emit.error(Code::WrongType, stmt->nameLoc,
               "the parameter '" + stmt->name + "' needs an initial value");
  if (type)
    value = parameter(stmt->nameLoc, name, type, initial);
  declare(scope, stmt->name, {std::move(value), stmt->nameLoc});
}

//===----------------------------------------------------------------------===//
// Initialisers
//===----------------------------------------------------------------------===//

std::optional<Initialiser> Elaborator::toInitialiser(Loc loc,
                                                     const Object &object) {
  if (const Initialiser *initialiser = object.as<Initialiser>())
    return *initialiser;
  if (object.isNumber())
    return Initialiser{Initialiser::Kind::Constant, object.number(), 0};
  // A bare name, as in `init = zeros`.
  if (const Builtin *const *builtin = object.as<const Builtin *>()) {
    bool needsNothing = llvm::all_of(
        parametersOf(**builtin), [](const BuiltinParameter &parameter) {
          return !parameter.defaultText.empty() && !parameter.isVariadic;
        });
    if (needsNothing) {
      Object result = callBuiltin(loc, **builtin, {});
      if (const Initialiser *initialiser = result.as<Initialiser>())
        return *initialiser;
    }
  }
  if (!object.isAbsorbing())
    emit.error(Code::WrongType, loc,
               "expected an initialiser, got " + describe(object))
        .addHelp("'normal(0, 0.01)', 'uniform(-1, 1)', 'zeros', "
                 "'xavier_uniform', a number");
  return std::nullopt;
}

/// The deviation or half width of a recipe that depends on the layer's size;
/// sizes are counted as for a weight [out, in].
static double scaleOf(Initialiser::Kind kind, RankedTensorType type) {
  double out = type.getRank() > 0 ? double(type.getDimSize(0)) : 1;
  double in = type.getRank() > 1 ? double(type.getDimSize(1)) : out;
  switch (kind) {
  case Initialiser::Kind::XavierNormal:
    return std::sqrt(2 / (in + out));
  case Initialiser::Kind::XavierUniform:
    return std::sqrt(6 / (in + out));
  case Initialiser::Kind::HeNormal:
    return std::sqrt(2 / in);
  default:
    return std::sqrt(6 / in);
  }
}

Value Elaborator::initialFromFile(Loc loc, const FileReference &file,
                                  RankedTensorType type) {
  Value value = wholeFile(loc, file);
  if (!value)
    return {};
  if (dimsOf(value) != dimsOf(type)) {
    emit.error(Code::ShapeMismatch, loc,
               "'" + file.path + "' holds " +
                   typeName(cast<RankedTensorType>(value.getType())) +
                   ", the parameter is " + typeName(type));
    return {};
  }
  return emit.cast(loc, value, type.getElementType());
}

Value Elaborator::draw(Loc loc, const Initialiser &initialiser, StringRef key,
                       RankedTensorType type) {
  double low = initialiser.a, high = initialiser.b;
  double mean = initialiser.a, deviation = initialiser.b;
  bool isNormal = initialiser.kind == Initialiser::Kind::Normal;
  switch (initialiser.kind) {
  case Initialiser::Kind::Constant:
    return emit.splat(loc, type, initialiser.a);
  case Initialiser::Kind::File:
    return initialFromFile(loc, *initialiser.file, type);
  case Initialiser::Kind::Normal:
  case Initialiser::Kind::Uniform:
    break;
  case Initialiser::Kind::XavierNormal:
  case Initialiser::Kind::HeNormal:
    isNormal = true;
    mean = 0;
    deviation = scaleOf(initialiser.kind, type);
    break;
  case Initialiser::Kind::XavierUniform:
  case Initialiser::Kind::HeUniform:
    high = scaleOf(initialiser.kind, type);
    low = -high;
    break;
  }
  double scale = isNormal ? deviation : high - low;
  double shift = isNormal ? mean : low;
  Value value = frame->random(
      loc, isNormal ? Distribution::Normal : Distribution::Uniform, key, type);
  if (scale != 1)
    value = emit.binary<MulOp>(loc, value, emit.splat(loc, type, scale));
  if (shift != 0)
    value = emit.binary<AddOp>(loc, value, emit.splat(loc, type, shift));
  return value;
}
