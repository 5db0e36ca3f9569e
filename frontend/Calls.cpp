//===- Calls.cpp - Arguments and inlining ---------------------------------===//

#include "frontend/Elaborator.h"

#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace sinter;

Object Elaborator::evaluateCall(const CallExpr *expr, const Object *first,
                                Loc firstLoc, Scope &scope) {
  const NameExpr *word = dyn_cast<NameExpr>(expr->callee);
  Object callee = word ? evaluateName(word->loc, word->name, scope, true)
                       : evaluate(expr->callee, scope);
  std::vector<CallArgument> arguments;
  if (first)
    arguments.push_back({firstLoc, {}, *first});
  // `lr = groups(weights = a, biases = b)` holds the settings lr.weights and
  // lr.biases.
  const Builtin *const *builtin = callee.as<const Builtin *>();
  bool isGroups = builtin && (*builtin)->name == "groups" && !setting.empty();
  StringRef outer = setting;
  for (const Argument &argument : expr->args) {
    std::string part = (outer + "." + argument.name).str();
    setting = isGroups ? StringRef(part) : outer;
    arguments.push_back(
        {argument.value->loc, argument.name, evaluate(argument.value, scope)});
    setting = outer;
  }
  return call(expr->callee->loc, word ? word->name : "this", callee,
              std::move(arguments));
}

Object Elaborator::call(Loc loc, StringRef name, const Object &callee,
                        std::vector<CallArgument> arguments) {
  if (callee.isAbsorbing())
    return callee;
  if (const Closure *closure = callee.as<Closure>())
    return inlineFunction(loc, *closure, std::move(arguments));
  if (const Builtin *const *builtin = callee.as<const Builtin *>())
    return callBuiltin(loc, **builtin, std::move(arguments));
  if (const Declaration *declaration = callee.as<Declaration>()) {
    bool isModel = declaration->stmt->kind == Stmt::Kind::Model ||
                   declaration->stmt->kind == Stmt::Kind::Train;
    if (isModel) {
      Experiment *experiment = experimentNamed(*declaration, loc);
      return experiment ? callExperiment(loc, *experiment, arguments)
                        : Object::error();
    }
  }
  emit.error(Code::WrongType, loc,
             "'" + name + "' is " + describe(callee) + ", not a function");
  return Object::error();
}

//===----------------------------------------------------------------------===//
// Built-in functions
//===----------------------------------------------------------------------===//

/// A default of a signature: None, a number, a truth value or a text.
static Object defaultValue(StringRef text) {
  if (text == "None")
    return Object(Nothing());
  if (text == "true" || text == "false")
    return Object(text == "true");
  if (text.consume_front("\""))
    return Object::text(text.drop_back());
  int64_t integer = 0;
  if (!text.getAsInteger(10, integer))
    return Object(integer);
  double fraction = 0;
  (void)text.getAsDouble(fraction);
  return Object(fraction);
}

/// "2 arguments", "1 argument".
static std::string countText(size_t count, StringRef noun) {
  return (Twine(count) + " " + noun + (count == 1 ? "" : "s")).str();
}

Object Elaborator::callBuiltin(Loc loc, const Builtin &builtin,
                               std::vector<CallArgument> arguments) {
  Call call(*this, loc, builtin.name);
  call.parameters = parametersOf(builtin);
  call.arguments.resize(call.parameters.size());
  SmallVector<bool> given(call.parameters.size(), false);
  auto fail = [&](Loc place, const Twine &message) {
    bool isShape = call.parameters.size() && call.parameters[0].name == "shape";
    emit.error(Code::WrongArguments, place, message)
        .addHelp(builtin.name + "(" + builtin.signature + ")" +
                 (isShape ? "; a shape is a list, as '[2, 3]'" : ""));
    return Object::error();
  };

  unsigned next = 0;
  Object absorbing(Nothing{});
  std::optional<bool> mode;
  for (CallArgument &argument : arguments) {
    if (argument.value.isAbsorbing())
      absorbing = absorbing.isAbsorbing() ? absorb(absorbing, argument.value)
                                          : argument.value;
    if (argument.name == "training") {
      mode = condition(argument.loc, argument.value);
      continue;
    }
    unsigned position = next;
    if (!argument.name.empty()) {
      position = 0;
      while (position < call.parameters.size() &&
             call.parameters[position].name != argument.name)
        ++position;
      if (position == call.parameters.size())
        return fail(argument.loc, "'" + builtin.name + "' has no argument '" +
                                      argument.name + "'");
      if (given[position])
        return fail(argument.loc, "'" + argument.name +
                                      "' is given twice to '" + builtin.name +
                                      "'");
    } else if (position < call.parameters.size() &&
               call.parameters[position].isVariadic) {
      call.rest.push_back(std::move(argument));
      continue;
    } else if (position >= call.parameters.size() ||
               call.parameters[position].isKeywordOnly) {
      std::string wanted;
      if (position < call.parameters.size())
        wanted =
            ("; '" + call.parameters[position].name + "' is given by name: '" +
             call.parameters[position].name + " = ...'")
                .str();
      return fail(argument.loc, "'" + builtin.name + "' takes " +
                                    countText(position, "positional argument") +
                                    wanted);
    } else {
      ++next;
    }
    given[position] = true;
    call.arguments[position] = std::move(argument);
  }
  for (auto [i, parameter] : llvm::enumerate(call.parameters)) {
    if (given[i] || parameter.isVariadic)
      continue;
    if (parameter.defaultText.empty())
      return fail(loc, "'" + builtin.name + "' lacks its argument '" +
                           parameter.name + "'");
    call.arguments[i] = {loc, parameter.name,
                         defaultValue(parameter.defaultText)};
  }
  if (absorbing.isAbsorbing())
    return absorbing;
  bool saved = training;
  training = mode.value_or(training);
  Object result = builtin.apply(call);
  training = saved;
  return result;
}

//===----------------------------------------------------------------------===//
// Functions of the language
//===----------------------------------------------------------------------===//

/// A block that declares parameters or state, in loops and branches too.
static bool declaresParameters(const sinter::Block &block) {
  for (const Stmt *stmt : block.stmts) {
    if (stmt->kind == Stmt::Kind::Param || stmt->kind == Stmt::Kind::State)
      return true;
    if (const ForStmt *loop = dyn_cast<ForStmt>(stmt))
      if (declaresParameters(*loop->body))
        return true;
    const ValueStmt *value = dyn_cast<ValueStmt>(stmt);
    if (!value || value->kind != Stmt::Kind::Expr)
      continue;
    const IfExpr *branches = dyn_cast<IfExpr>(value->value);
    if (!branches)
      continue;
    for (const IfArm &arm : branches->arms)
      if (declaresParameters(*arm.body))
        return true;
    if (branches->otherwise && declaresParameters(*branches->otherwise))
      return true;
  }
  return false;
}

bool Elaborator::bindArguments(Loc loc, const FunctionStmt *function,
                               ArrayRef<Parameter> parameters,
                               std::vector<CallArgument> &arguments,
                               Scope &scope) {
  auto fail = [&](Loc place, const Twine &message) {
    emit.error(Code::WrongArguments, place, message)
        .addNote(function->nameLoc,
                 "'" + function->name + "' is declared here");
    return false;
  };
  size_t next = 0;
  for (CallArgument &argument : arguments) {
    const Parameter *parameter = nullptr;
    if (argument.name.empty()) {
      if (next == parameters.size())
        return fail(argument.loc, "'" + function->name + "' takes " +
                                      countText(parameters.size(), "argument"));
      parameter = &parameters[next++];
    } else {
      for (const Parameter &candidate : parameters)
        if (candidate.name == argument.name)
          parameter = &candidate;
    }
    if (!parameter)
      return fail(argument.loc, "'" + function->name + "' has no argument '" +
                                    argument.name + "'");
    if (scope.findHere(parameter->name))
      return fail(argument.loc, "'" + parameter->name +
                                    "' is given twice to '" + function->name +
                                    "'");
    scope.bind(parameter->name, {argument.value, argument.loc});
  }
  for (const Parameter &parameter : parameters) {
    if (scope.findHere(parameter.name))
      continue;
    if (!parameter.value)
      return fail(loc, "'" + function->name + "' lacks its argument '" +
                           parameter.name + "'");
    scope.bind(parameter.name,
               {evaluate(parameter.value, scope), parameter.loc});
  }
  return true;
}

Object Elaborator::inlineFunction(Loc loc, const Closure &closure,
                                  std::vector<CallArgument> arguments) {
  const FunctionStmt *function = closure.function;
  for (const FunctionStmt *outer : inlining)
    if (outer == function) {
      emit.error(Code::Recursion, loc,
                 "'" + function->name +
                     "' calls itself; functions are "
                     "expanded where they are called, so that would never end")
          .addNote(function->nameLoc,
                   "'" + function->name + "' is declared here");
      return Object::error();
    }
  if (inlining.size() >= kMaxInlining) {
    emit.exhaust(loc, "functions call one another more than " +
                          Twine(kMaxInlining) + " deep");
    return Object::error();
  }

  bool savedTraining = training;
  std::string layer;
  bool ownsParameters = declaresParameters(*function->body);
  auto isParameter = [&](StringRef name) {
    return llvm::any_of(function->params, [&](const Parameter &parameter) {
      return parameter.name == name;
    });
  };
  // `training` and `name` reach every function, unless it has its own.
  Object name(Nothing{});
  for (size_t i = 0; i < arguments.size();) {
    StringRef word = arguments[i].name;
    bool isMode = word == "training", isName = word == "name" && isInModel();
    if ((!isMode && !isName) || isParameter(word)) {
      ++i;
      continue;
    }
    if (isName) {
      name = arguments[i].value;
    } else if (std::optional<bool> mode =
                   condition(arguments[i].loc, arguments[i].value)) {
      training = *mode;
    }
    arguments.erase(arguments.begin() + i);
  }
  std::string savedPrefix = model ? model->prefix : std::string();
  if (model && (ownsParameters || !name.isNone()))
    layer = layerName(loc, function->name, name);
  BlockKind savedKind = blockKind;
  llvm::scope_exit restore([&] {
    training = savedTraining;
    blockKind = savedKind;
    if (model)
      model->prefix = savedPrefix;
  });

  Scope &scope = newScope(closure.scope);
  bool isSchedule = !setting.empty() && !function->params.empty() &&
                    function->params[0].name == "base" &&
                    function->loc.file == emit.preludeFile;
  if (isSchedule && !arguments.empty() &&
      (arguments[0].name.empty() || arguments[0].name == "base"))
    arguments[0].value =
        hyperParameter(arguments[0].loc, setting, arguments[0].value);
  if (!bindArguments(loc, function, function->params, arguments, scope))
    return Object::error();
  if (!layer.empty())
    model->prefix = layer + ".";
  blockKind = BlockKind::Function;
  inlining.push_back(function);
  emit.calls.push_back(loc);
  streams.enter(function->name);
  Object result = execute(*function->body, scope);
  streams.leave();
  emit.calls.pop_back();
  inlining.pop_back();
  return result;
}
