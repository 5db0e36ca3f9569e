//===- Elaborator.h - The elaborator's state -------------------*- C++ -*-===//
//
// An interpreter of the syntax tree whose values are objects (Object.h). The
// methods are defined in files of one concern each:
//
//   Elaborate.cpp    declarations of a file, options
//   Expressions.cpp  names, literals, conditions, texts
//   Conversions.cpp  element types, lists, broadcasting
//   Operators.cpp    arithmetic, comparisons, logic
//   Contraction.cpp  `@`
//   Indexing.cpp     x[...]
//   ElementWrites.cpp  x[...] = e
//   Calls.cpp        arguments, inlining of functions
//   Statements.cpp   let, var, assignment, for, print, check
//   ControlFlow.cpp  if
//   Loops.cpp        while
//   Data.cpp         data sections and their columns
//   FileRows.cpp     rows of files
//   Parameters.cpp   parameters, initialisers
//   ModelState.cpp   state of a model
//   TrainSettings.cpp  what stands in a 'train' block
//   Experiment.cpp   training runs and their functions
//   Model.cpp        a model's body: inputs, loss, metrics, predict
//   Optimizer.cpp    update rules
//
// Every method reports what is wrong at the user's place and returns an error
// object (or null), which later steps absorb in silence.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_FRONTEND_ELABORATOR_H
#define SINTER_FRONTEND_ELABORATOR_H

#include "frontend/Builtins.h"
#include "frontend/Data.h"
#include "frontend/Elaborate.h"
#include "frontend/Emitter.h"
#include "frontend/Experiment.h"
#include "frontend/FileSchema.h"
#include "frontend/Frame.h"
#include "frontend/Lint.h"
#include "frontend/Scope.h"

#include <deque>
#include <optional>

namespace sinter {
/// Functions may be inlined into one another this deep.
inline constexpr unsigned kMaxInlining = 64;
/// Expressions and blocks in evaluation at one time, over all inlined calls.
inline constexpr unsigned kMaxDepth = 500;
/// Statements and expressions that are evaluated for one file.
inline constexpr unsigned kMaxEvaluations = 2'000'000;

/// Where a draw stands in its file: blocks and loops from the outside inwards,
/// with the number of draws and blocks seen in each. Names random streams
/// without lines or columns.
class StreamPath {
public:
  /// Opens a block; `label` tells a function, a loop index or a section.
  void enter(const llvm::Twine &label);
  void leave() { levels.pop_back(); }
  /// The key of the next draw.
  std::string nextDraw();

private:
  struct Level {
    std::string path;
    unsigned draws = 0, blocks = 0;
  };
  std::vector<Level> levels;
};

/// The element type of arithmetic on two tensors: the wider, a float rather
/// than an integer.
mlir::Type promote(mlir::Type a, mlir::Type b);

/// What an operand brings to the choice of the result's element type.
struct ElementInfo {
  mlir::Type element;
  bool isWeak;
};

/// Of a number or a tensor.
ElementInfo elementOf(Emitter &emit, const Object &object);
/// The element type that two operands meet in.
mlir::Type commonElement(Emitter &emit, ElementInfo a, ElementInfo b);

/// Two operands that were given one element type and shape.
struct UnifiedPair {
  mlir::Value left, right;
  /// Both were weak.
  bool isWeak = false;

  mlir::Type element() const {
    return mlir::cast<mlir::RankedTensorType>(left.getType()).getElementType();
  }
};

/// The user's word for the operations that are built while it lives.
class WordScope {
public:
  WordScope(Emitter &emit, llvm::StringRef word)
      : emit(emit), saved(emit.word) {
    emit.word = word.str();
  }
  ~WordScope() { emit.word = saved; }

private:
  Emitter &emit;
  std::string saved;
};

/// What a block of statements belongs to, which decides what may stand in it.
enum class BlockKind { File, Data, Model, Function, Optimizer, Program };

struct LoopVariable;
class RuntimeRegion;
struct PlotSettings;

/// What depends on where in the file the elaborator is.
struct Position {
  /// The function that is being built.
  Frame *frame = nullptr;
  StreamPath streams;
  /// Inside a training step.
  bool training = false;
  BlockKind blockKind = BlockKind::File;
  /// The functions that are being inlined.
  std::vector<const FunctionStmt *> inlining;
  /// The data section, and its part, that is being elaborated.
  DataSection *section = nullptr;
  DataPart *part = nullptr;
  /// Set while a column is elaborated for the rows of a batch.
  RowContext *rows = nullptr;
  /// Set while a model's body is elaborated.
  ModelRun *model = nullptr;
  /// Set while an update rule is elaborated.
  UpdateRun *update = nullptr;
  /// The innermost branch or loop that is decided at run time.
  RuntimeRegion *region = nullptr;
  /// `step` and `epoch` have a meaning.
  bool hasSteps = false;
  /// The setting that is being evaluated: the base of its schedule can be
  /// changed on the command line under this name.
  llvm::StringRef setting;
};

class Elaborator : public Position {
public:
  Elaborator(const File &file, const ElaborateOptions &options,
             mlir::MLIRContext *context, SourceManager &sources,
             Diagnostics &diagnostics);

  mlir::OwningOpRef<mlir::ModuleOp> run();

  Emitter emit;
  Lint lint;

  //===--------------------------------------------------------------------===//
  // Expressions
  //===--------------------------------------------------------------------===//

  Object evaluate(const Expr *expr, Scope &scope);
  /// An integer that is known at build time.
  std::optional<int64_t> evaluateInteger(const Expr *expr, Scope &scope,
                                         const llvm::Twine &what);
  /// A build-time text without graph values.
  std::optional<std::string> evaluateText(const Expr *expr, Scope &scope,
                                          const llvm::Twine &what);
  mlir::RankedTensorType evaluateType(const TypeSyntax *type, Scope &scope);

  Object binary(BinaryOp op, Loc loc, const Object &a, Loc aLoc,
                const Object &b, Loc bLoc);
  Object negate(Loc loc, const Object &a);
  Object logicalNot(Loc loc, const Object &a);
  Object index(Loc loc, const Object &base, llvm::ArrayRef<Expr *> items,
               Scope &scope);
  Object call(Loc loc, llvm::StringRef name, const Object &callee,
              std::vector<CallArgument> arguments);

  //===--------------------------------------------------------------------===//
  // Conversions
  //===--------------------------------------------------------------------===//

  /// The object as a tensor: a list becomes a constant or a stack of tensors, a
  /// number a weak scalar. Nothing, with an error, if it cannot be one.
  std::optional<Tensor> toTensor(Loc loc, const Object &object);
  /// The object with that element type and shape, repeated as needed.
  mlir::Value convert(Loc loc, const Object &object, mlir::Type element,
                      llvm::ArrayRef<Dim> dims);
  /// The object as exactly that type, where no information is lost: what a
  /// declaration `: f32[2, 1]` or a fed column must be.
  mlir::Value coerce(Loc loc, const Object &object, mlir::RankedTensorType type,
                     const llvm::Twine &what);
  /// Two operands with one element type and shape.
  bool unify(Loc loc, llvm::StringRef what, const Object &a, Loc aLoc,
             const Object &b, Loc bLoc, bool wantsFloat, UnifiedPair &pair);
  /// The element type that all of them meet in.
  mlir::Type commonElementType(llvm::ArrayRef<CallArgument> tensors);
  /// Reports two dimensions that do not fit.
  void shapeClash(Loc loc, llvm::StringRef what, llvm::ArrayRef<Dim> a,
                  Loc aLoc, size_t aAxis, llvm::ArrayRef<Dim> b, Loc bLoc,
                  size_t bAxis, const llvm::Twine &help);
  /// The user's word for a graph value, "x" if there is none.
  std::string wordFor(mlir::Value value);
  Object elementwise(BinaryOp op, Loc loc, const Object &a, Loc aLoc,
                     const Object &b, Loc bLoc);
  Object matmul(Loc loc, const Object &a, Loc aLoc, const Object &b, Loc bLoc);

  //===--------------------------------------------------------------------===//
  // Statements
  //===--------------------------------------------------------------------===//

  /// Runs a block in `scope`; the value of its last expression, or Nothing.
  Object execute(const Block &block, Scope &scope);
  Scope &newScope(Scope *parent);
  /// Binds a name in a block; an error if the block has it already.
  bool declare(Scope &scope, llvm::StringRef name, Binding binding);
  /// Gives a variable another value. Every assignment goes this way, so that
  /// run-time branches and loops know what they change.
  void assign(llvm::StringRef name, Binding &binding, Object object);
  /// Where what does not depend on run-time branches and loops can be built:
  /// before all those that are more than `regionDepth` deep.
  void leaveRegions(unsigned regionDepth);

  /// Adds storage to the module.
  void addGlobal(Loc loc, GlobalKind kind, llvm::StringRef symbol,
                 llvm::StringRef label, llvm::StringRef owner,
                 mlir::RankedTensorType type);

  //===--------------------------------------------------------------------===//
  // Parameters
  //===--------------------------------------------------------------------===//

  /// Declares a parameter of the model that is being elaborated under its full
  /// name, and returns its value.
  Object parameter(Loc loc, llvm::StringRef name, mlir::RankedTensorType type,
                   const Object &initial);
  /// The name of the next layer of that kind: `given` or "dense2".
  std::string layerName(Loc loc, llvm::StringRef kind, const Object &given);
  /// The object as an initialiser; nothing, with an error, if it is none.
  std::optional<Initialiser> toInitialiser(Loc loc, const Object &object);
  /// A number of an optimizer's setting as a run-time scalar of that name.
  Object hyperParameter(Loc loc, llvm::StringRef name, const Object &value);
  bool isInModel() const { return model != nullptr; }

  /// Notes that `index` picks one of `classes`: if it is a label from a file,
  /// its values are checked when they are read.
  void noteClasses(mlir::Value index, int64_t classes);
  /// What a file holds: rows where a column is computed, an initialiser in a
  /// model, elsewhere a tensor.
  Object fileValue(Loc loc, FileReference file);
  /// The type of a column of a file; null, with an error, if it is not known.
  mlir::RankedTensorType typeOf(Loc loc, const ColumnOfFile &column);

private:
  // Elaborate.cpp
  void declareFile(const File &source, Scope &scope);
  void checkExperimentNames();
  void checkSelection();
  void evaluateOption(const BindStmt *option);
  void checkDefines();
  void elaborateDeclarations();
  void checkUntrainedModels();
  bool isSelected(llvm::StringRef name);
  void elaborateProgram(const FunctionStmt *program);

  // Expressions.cpp
  Object evaluateNumber(const NumberExpr *expr);
  Object evaluateName(Loc loc, llvm::StringRef name, Scope &scope,
                      bool isCallee = false);
  /// `training`, `step`, ...: what a name means at this place of the file. An
  /// error object, without a report, if it means nothing.
  Object contextName(Loc loc, llvm::StringRef name);
  Object evaluateText(const TextExpr *expr, Scope &scope);
  Object evaluateList(const ListExpr *expr, Scope &scope);
  Object evaluateBinary(const BinaryExpr *expr, Scope &scope);
  Object evaluatePipe(const BinaryExpr *expr, Scope &scope);
  Object evaluateField(const FieldExpr *expr, Scope &scope);
  Object evaluateRange(const RangeExpr *expr, Scope &scope);
  void force(Binding &binding);
  Object checkedName(Loc loc, llvm::StringRef name, const Object &object);
  std::optional<bool> condition(Loc loc, const Object &object);
  void unknownName(Loc loc, llvm::StringRef name, Scope &scope);

  // ControlFlow.cpp
  Object evaluateIf(const IfExpr *expr, Scope &scope, bool isStatement);
  Object evaluateArms(const IfExpr *expr, size_t first, Scope &scope,
                      bool isStatement);
  Object runtimeIf(const IfExpr *expr, size_t first, mlir::Value condition,
                   Scope &scope, bool isStatement);
  std::optional<mlir::Value> runtimeCondition(Loc loc, const Object &object);
  bool isOutsideRegions(Loc loc, const llvm::Twine &what);

  // Loops.cpp
  void executeWhile(const WhileStmt *stmt, Scope &scope);
  bool enterLoop(const WhileStmt *stmt, Scope &scope,
                 std::vector<LoopVariable> &variables);
  mlir::Operation *buildLoop(const WhileStmt *stmt, int64_t limit, Scope &scope,
                             std::vector<LoopVariable> &variables,
                             bool &isFinal);
  mlir::Value loopCondition(const WhileStmt *stmt, Scope &scope);

  // Operators.cpp
  Object foldNumbers(BinaryOp op, Loc loc, const Object &a, const Object &b);
  Object foldIntegers(BinaryOp op, Loc loc, int64_t a, int64_t b);
  Object logical(BinaryOp op, Loc loc, const Object &a, Loc aLoc,
                 const Object &b, Loc bLoc);
  Object integerPower(Loc loc, const Tensor &base, int64_t exponent);
  mlir::Value listTensor(Loc loc, List &list);
  bool isTensorHere(List &list);
  bool isFloatTensor(List &list);
  mlir::Value stackList(Loc loc, const List &list);

  // ElementWrites.cpp
  /// The new value of a variable whose element was assigned.
  Object assignElement(const IndexExpr *target, const Object &old,
                       const Object &value, Loc valueLoc, Scope &scope);

  // Calls.cpp
  Object evaluateCall(const CallExpr *expr, const Object *first, Loc firstLoc,
                      Scope &scope);
  Object callBuiltin(Loc loc, const Builtin &builtin,
                     std::vector<CallArgument> arguments);
  Object inlineFunction(Loc loc, const Closure &closure,
                        std::vector<CallArgument> arguments);
  /// Binds arguments to parameters in `scope`; false if they do not fit.
  bool bindArguments(Loc loc, const FunctionStmt *function,
                     llvm::ArrayRef<Parameter> parameters,
                     std::vector<CallArgument> &arguments, Scope &scope);

  // Statements.cpp
  void executeStatement(const Stmt *stmt, Scope &scope, Object &last);
  Object evaluateBound(const BindStmt *stmt, Scope &scope);
  void executeBind(const BindStmt *stmt, Scope &scope);
  void executeAssign(const AssignStmt *stmt, Scope &scope);
  void executeFor(const ForStmt *stmt, Scope &scope);
  void executePrint(const ArgsStmt *stmt, Scope &scope);
  void executeTime(const BlockStmt *stmt, Scope &scope);
  bool printPieces(Loc loc, const Object &object,
                   llvm::SmallVectorImpl<mlir::Attribute> &pieces,
                   llvm::SmallVectorImpl<mlir::Value> &operands);
  void executeCheck(const ValueStmt *stmt, Scope &scope);

  // Plot.cpp
  void executePlot(const ArgsStmt *stmt, Scope &scope);
  bool readPlotSetting(const Argument &argument, const Object &object,
                       PlotSettings &settings);
  bool isAllowed(const Stmt *stmt, std::initializer_list<BlockKind> kinds);

  // Data.cpp
  DataSection *sectionOf(const DataStmt *stmt);
  void elaborateSection(DataSection &target);
  void elaborateTable(DataSection &target);
  void checkRowCounts(const DataPart &target);
  void executeColumn(const BindStmt *stmt, Scope &scope);
  void executeSplit(const ArgsStmt *stmt, Scope &scope);
  void executeDataSetting(const ValueStmt *stmt, Scope &scope);
  void executeDataSection(const BlockStmt *stmt, Scope &scope);
  Object sectionField(Loc loc, const DataPart &target, llvm::StringRef name);
  /// `NAME.field` of a data section, an experiment or a model.
  Object declarationField(Loc loc, const Declaration &declaration,
                          llvm::StringRef name);
  bool storeColumn(DataColumn &column, const Object &object);

  // FileRows.cpp
  const FileSchema &schemaOf(const FileReference &file);
  void reportSchema(Loc loc, const FileReference &file);
  std::string sourceSymbol(Loc loc, const FileReference &file,
                           mlir::RankedTensorType type);
  mlir::Value feedFile(Loc loc, const FileReference &file);
  mlir::Value wholeFile(Loc loc, const FileReference &file);
  Object columnRows(const BindStmt *input, const DataPart &source,
                    mlir::RankedTensorType type);
  Object evaluateRows(Loc loc, RowContext &context);
  void settleColumns(DataPart &target);
  mlir::RankedTensorType probeRows(const DataPart &target,
                                   const DataColumn &column);
  Object storedColumn(Loc loc, const DataPart &target,
                      const DataColumn &column);
  /// `fashion.valid.image[0:256]`, and an index of the result.
  Object sliceRows(Loc loc, const ColumnOfFile &column,
                   llvm::ArrayRef<Expr *> items, Scope &scope);

  // TrainSettings.cpp
  bool evaluateSetting(Experiment &experiment, const ValueStmt *stmt);
  bool evaluateMonitor(Experiment &experiment, const Expr *expr);
  bool evaluateMinDelta(Experiment &experiment, const Expr *expr);
  bool evaluateSettings(Experiment &experiment);

  // Experiment.cpp
  Experiment *experimentOf(const TrainStmt *stmt);
  Experiment *experimentNamed(const Declaration &declaration, Loc loc);
  bool resolveExperiment(Experiment &experiment);
  void elaborateExperiment(Experiment &experiment);
  void checkModel(const FunctionStmt *stmt);
  bool isTrained(const FunctionStmt *stmt);
  void buildFunctions(Experiment &experiment, bool isReady,
                      unsigned errorsBefore);
  void buildFolds(Experiment &whole, bool isReady, unsigned errorsBefore);
  void buildPredictions(Experiment &owner, llvm::ArrayRef<Experiment *> parts,
                        bool isSound);
  /// A function of the experiment with what `build` puts into it.
  mlir::func::FuncOp buildFunction(const Experiment &experiment, Loc loc,
                                   llvm::StringRef role, Draws draws,
                                   llvm::function_ref<void(Frame &)> build);
  ModelRun runOnBatch(Experiment &experiment, Mode mode);
  void buildStep(Experiment &experiment, Mode mode);
  mlir::Value averaged(Loc loc, llvm::ArrayRef<mlir::Value> predictions);
  void buildPredict(Experiment &owner, llvm::ArrayRef<Experiment *> parts,
                    Mode mode);
  void buildAfter(Experiment &experiment);
  void buildCopies(Experiment &experiment);
  std::optional<RowRange> validRows(const Experiment &experiment) const;
  bool checkMonitor(Experiment &experiment);
  void addExperiment(Experiment &experiment);
  const DataPart *partFor(const Experiment &experiment, Mode mode) const;
  Object experimentField(Loc loc, const Experiment &experiment,
                         llvm::StringRef name);

  // Model.cpp
  void runModel(ModelRun &run);
  bool bindInputs(Loc loc, ModelRun &run,
                  llvm::ArrayRef<CallArgument> arguments);
  Object callExperiment(Loc loc, Experiment &experiment,
                        llvm::ArrayRef<CallArgument> arguments);
  Object feedInput(const BindStmt *stmt, mlir::RankedTensorType type);
  void executeInput(const BindStmt *stmt, Scope &scope);
  void executeLoss(const ValueStmt *stmt, Scope &scope);
  void executeMetric(const ValueStmt *stmt, Scope &scope);
  void executePredict(const ValueStmt *stmt, Scope &scope);

  // Parameters.cpp
  mlir::Block::iterator globalsEnd();
  std::string labelOf(const Experiment &experiment, llvm::StringRef name);
  Object buildInitial(const BindStmt *stmt, Scope &scope);
  mlir::RankedTensorType evaluateInitial(const BindStmt *stmt, Scope &scope,
                                         const ParameterInfo *known,
                                         Object &initial);
  void executeParam(const BindStmt *stmt, Scope &scope);
  void initialise(Loc loc, const ParameterInfo &info, const Object &initial);
  mlir::Value initialFromFile(Loc loc, const FileReference &file,
                              mlir::RankedTensorType type);
  mlir::Value draw(Loc loc, const Initialiser &initialiser, llvm::StringRef key,
                   mlir::RankedTensorType type);

  // ModelState.cpp
  void executeModelState(const BindStmt *stmt, Scope &scope);
  const ParameterInfo *addState(Loc loc, llvm::StringRef name,
                                mlir::RankedTensorType type,
                                const Object &initial);
  void storeStates(const ModelRun &run);

  // Optimizer.cpp
  void train(Experiment &experiment, ModelRun &run);
  mlir::ResultRange lossGradients(Experiment &experiment, ModelRun &run);
  void accumulate(Experiment &experiment, ModelRun &run,
                  mlir::ValueRange gradients);
  void buildUpdateFunction(Experiment &experiment);
  mlir::Value meanOfBatches(Experiment &experiment, llvm::StringRef name,
                            mlir::RankedTensorType type, mlir::Value examples);
  void buildUpdates(Experiment &experiment,
                    llvm::MutableArrayRef<mlir::Value> gradients);
  void buildUpdate(Experiment &experiment, const OptimizerUse &use,
                   const ParameterInfo &parameter, mlir::Value gradient);
  void finishUpdate(UpdateOp op, const FunctionStmt *rule,
                    const UpdateRun &run);
  bool evaluateOptimizer(Experiment &experiment, Scope &scope,
                         OptimizerUse &use);
  void addLearningRate(OptimizerUse &use);
  mlir::Value settingScalar(const Expr *expr, llvm::StringRef name,
                            mlir::Type element, Scope &scope);
  void clipByValue(Experiment &experiment, Scope &scope,
                   llvm::MutableArrayRef<mlir::Value> gradients);
  void clipByNorm(Experiment &experiment, Scope &scope,
                  llvm::MutableArrayRef<mlir::Value> gradients);
  void executeState(const BindStmt *stmt, Scope &scope);

  const File &file;
  const ElaborateOptions &options;
  SourceManager &sources;
  Diagnostics &diagnostics;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::unique_ptr<File> prelude;

  /// All scopes of the run: closures may outlive the block they were made in.
  std::deque<Scope> scopes;
  Scope *fileScope = nullptr, *preludeScope = nullptr;
  unsigned depth = 0, evaluations = 0;
  /// Loops that were built with other types than they turned out to have. Lists
  /// may still remember values in them.
  std::vector<mlir::OwningOpRef<mlir::Operation *>> discarded;

  std::deque<DataSection> sections;
  /// Of the files that were looked at, by format, path and tensor.
  llvm::StringMap<FileSchema> schemas;
  std::deque<Experiment> experiments;
  /// Experiments in the file, selected or not: more than one prefix names.
  unsigned experimentCount = 0;
};

/// Elaborates something else, from nowhere in particular, while it lives.
class ContextScope {
public:
  explicit ContextScope(Elaborator &elaborator)
      : elaborator(elaborator), guard(elaborator.emit.builder),
        word(elaborator.emit, ""), position(elaborator),
        calls(std::move(elaborator.emit.calls)) {
    static_cast<Position &>(elaborator) = Position();
    elaborator.emit.calls.clear();
  }
  ~ContextScope() {
    static_cast<Position &>(elaborator) = std::move(position);
    elaborator.emit.calls = std::move(calls);
  }

private:
  Elaborator &elaborator;
  mlir::OpBuilder::InsertionGuard guard;
  WordScope word;
  Position position;
  std::vector<Loc> calls;
};
} // namespace sinter

#endif // SINTER_FRONTEND_ELABORATOR_H
