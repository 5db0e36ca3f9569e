//===- Plot.cpp - The plot statement --------------------------------------===//

#include "frontend/DslWriter.h"
#include "frontend/Elaborator.h"

using namespace mlir;
using namespace sinter;

/// What a `plot` says besides its curves.
struct sinter::PlotSettings {
  std::vector<std::string> labels;
  Loc labelsLoc;
  int64_t every = 1;
  /// Lines "# title: ...", which begin the file.
  std::string comments;
};

namespace {
/// A curve over x, or a matrix whose columns are curves.
struct Curve {
  Loc loc;
  std::string name;
  Value value;

  int64_t rows() const { return dimsOf(value).front().size; }
  int64_t columns() const {
    Dims dims = dimsOf(value);
    return dims.size() == 2 ? dims[1].size : 1;
  }
};
} // namespace

static constexpr StringLiteral settingNames[] = {
    "labels", "title", "xscale", "yscale", "hline", "scatter", "every"};

/// A cell of a CSV file.
static std::string quoted(StringRef text) {
  if (text.find_first_of(",\"\n") == StringRef::npos)
    return text.str();
  std::string cell = "\"";
  for (char c : text)
    cell.append(c == '"' ? 2 : 1, c == '\n' ? ' ' : c);
  return cell + "\"";
}

//===----------------------------------------------------------------------===//
// Settings
//===----------------------------------------------------------------------===//

/// Reads a list of texts.
static bool readLabels(Emitter &emit, Loc loc, const Object &object,
                       std::vector<std::string> &labels) {
  const List *list = object.list();
  for (const Object &label :
       list ? ArrayRef(list->elements) : ArrayRef<Object>()) {
    if (!label.characters()) {
      list = nullptr;
      break;
    }
    labels.push_back(*label.characters());
  }
  if (!list)
    emit.error(Code::WrongType, loc,
               "'labels' wants a list of texts, this is " + describe(object));
  return list != nullptr;
}

/// The text of a setting that is a comment in the file; nothing, with an error,
/// if it is not what it must be.
static std::optional<std::string> commentText(Emitter &emit, StringRef name,
                                              Loc loc, const Object &object) {
  const std::string *text = object.characters();
  if (name == "title" && text)
    return StringRef(quoted(*text)).trim('"').str();
  bool isScale = name == "xscale" || name == "yscale";
  if (isScale && text && (*text == "linear" || *text == "log"))
    return *text;
  const bool *flag = object.as<bool>();
  if (name == "scatter" && flag)
    return *flag ? "true" : "false";
  if (name == "hline" && object.isNumber())
    return numberText(object.number());
  emit.error(Code::WrongType, loc,
             "'" + name + "' wants " +
                 (isScale             ? "\"linear\" or \"log\""
                  : name == "title"   ? "a text"
                  : name == "scatter" ? "true or false"
                                      : "a number") +
                 ", this is " + describe(object));
  return std::nullopt;
}

bool Elaborator::readPlotSetting(const Argument &argument, const Object &object,
                                 PlotSettings &settings) {
  StringRef name = argument.name;
  Loc loc = argument.value->loc;
  if (object.isAbsorbing())
    return false;
  if (!llvm::is_contained(settingNames, name)) {
    SmallVector<StringRef> known(std::begin(settingNames),
                                 std::end(settingNames));
    StringRef closest = closestName(name, known);
    Diagnostic &diagnostic = emit.error(Code::WrongArguments, argument.loc,
                                        "'plot' has no setting '" + name + "'");
    if (!closest.empty())
      diagnostic.addHelp("did you mean '" + closest + "'?");
    return false;
  }
  if (name == "labels") {
    settings.labelsLoc = loc;
    return readLabels(emit, loc, object, settings.labels);
  }
  if (name == "every") {
    const int64_t *every = object.as<int64_t>();
    if (every && *every > 0)
      return settings.every = *every, true;
    emit.error(Code::BadValue, loc,
               "'every' wants an integer above 0, this is " + describe(object));
    return false;
  }
  std::optional<std::string> text = commentText(emit, name, loc, object);
  if (text)
    settings.comments += ("# " + name + ": " + *text + "\n").str();
  return text.has_value();
}

//===----------------------------------------------------------------------===//
// Curves
//===----------------------------------------------------------------------===//

/// The curves that an argument is, of numbers; nothing, with an error, if it is
/// no curve.
static std::optional<Curve> makeCurve(Elaborator &elaborator, const Expr *expr,
                                      StringRef standard,
                                      const Object &object) {
  Emitter &emit = elaborator.emit;
  std::optional<Tensor> tensor = elaborator.toTensor(expr->loc, object);
  if (!tensor)
    return std::nullopt;
  Dims dims = tensor->dims();
  bool isFixed =
      llvm::none_of(dims, [](const Dim &dim) { return dim.isDynamic(); });
  if (dims.empty() || dims.size() > 2 || !isFixed) {
    emit.error(Code::ShapeMismatch, expr->loc,
               "a curve is a vector, or a column of a matrix, this is " +
                   describe(*tensor));
    return std::nullopt;
  }
  Value value = tensor->value;
  if (tensor->element().isInteger(1))
    value = emit.cast(expr->loc, value, emit.i32());
  std::string name = isa<NameExpr>(expr) ? toDsl(expr) : standard.str();
  return Curve{expr->loc, name, value};
}

/// The names of all columns but x: the labels, if there are any.
static bool nameColumns(Emitter &emit, ArrayRef<Curve> curves,
                        const PlotSettings &settings,
                        std::vector<std::string> &names) {
  for (const Curve &curve : curves)
    for (int64_t i = 0; i < curve.columns(); ++i)
      names.push_back(curve.columns() == 1
                          ? curve.name
                          : curve.name + "_" + std::to_string(i));
  if (!settings.labelsLoc.isValid())
    return true;
  if (settings.labels.size() == names.size()) {
    names = settings.labels;
    return true;
  }
  emit.error(Code::WrongArguments, settings.labelsLoc,
             Twine(settings.labels.size()) + " labels for " +
                 Twine(names.size()) +
                 (names.size() == 1 ? " curve" : " curves"));
  return false;
}

/// All curves have as many points as the first.
static bool checkPoints(Emitter &emit, ArrayRef<Curve> curves) {
  for (const Curve &curve : curves)
    if (curve.rows() != curves.front().rows()) {
      emit.error(Code::ShapeMismatch, curve.loc,
                 "this curve has " + Twine(curve.rows()) +
                     " points, the first has " + Twine(curves.front().rows()))
          .addNote(curves.front().loc, "the first is here");
      return false;
    }
  return true;
}

void Elaborator::executePlot(const ArgsStmt *stmt, Scope &scope) {
  if (model) {
    emit.error(Code::Misplaced, stmt->loc,
               "'plot' cannot stand in a step of training");
    return;
  }
  PlotSettings settings;
  std::vector<Curve> curves;
  bool isGood = true;
  for (const Argument &argument : stmt->args) {
    Object object = evaluate(argument.value, scope);
    if (!argument.name.empty()) {
      isGood &= readPlotSetting(argument, object, settings);
      continue;
    }
    bool isX =
        curves.empty() && stmt->args.size() > 1 && stmt->args[1].name.empty();
    std::string standard =
        isX ? "x" : "y" + std::to_string(std::max<size_t>(curves.size(), 1));
    std::optional<Curve> curve;
    if (!object.isAbsorbing())
      curve = makeCurve(*this, argument.value, standard, object);
    if (curve)
      curves.push_back(*curve);
    isGood &= curve.has_value();
  }
  if (isGood && curves.empty())
    emit.error(Code::WrongArguments, stmt->loc, "'plot' needs a curve");
  if (!isGood || !frame || curves.empty() || !checkPoints(emit, curves))
    return;
  if (curves.size() == 1) {
    Object count = callBuiltin(stmt->loc, *findBuiltin("arange"),
                               {{stmt->loc, {}, Object(curves[0].rows())}});
    if (count.isAbsorbing())
      return;
    curves.insert(curves.begin(),
                  Curve{stmt->loc, "index", count.as<Tensor>()->value});
  }
  if (curves.front().columns() != 1) {
    emit.error(Code::ShapeMismatch, curves.front().loc,
               "the first of several is x: one column, not " +
                   Twine(curves.front().columns()));
    return;
  }
  std::vector<std::string> names;
  if (!nameColumns(emit, ArrayRef(curves).drop_front(), settings, names))
    return;
  std::string header = settings.comments + quoted(curves.front().name);
  for (const std::string &name : names)
    header += "," + quoted(name);
  SmallVector<Value> values;
  for (const Curve &curve : curves)
    values.push_back(curve.value);
  PlotOp::create(emit.builder, emit.at(stmt->loc), header + "\n",
                 settings.every, values);
}
