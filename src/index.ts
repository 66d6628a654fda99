/** Roentgen's public interface. Research use, not a medical device. */
export { InputError, type Source } from "./bytes.ts";
export { type Agreement, agreement, type Share, shareInside } from "./explanation/agreement.ts";
export {
  type ClassDifference,
  classDifference,
  type Randomisation,
  type RandomisationOptions,
  randomisation,
} from "./explanation/checks.ts";
export { classActivationMaps } from "./explanation/class-activation-map.ts";
export { type Curve, type CurveOptions, curves } from "./explanation/curves.ts";
export { type Explainable, type Explainer, type ExplainOptions, type Explanation, explainer } from "./explanation/explainer.ts";
export type { Fill } from "./explanation/fill.ts";
export { gradCam, gradCamPlusPlus } from "./explanation/grad-cam.ts";
export { type HeatMap, type Levels, rescaled } from "./explanation/heat-map.ts";
export { type MethodName, methodNames } from "./explanation/methods.ts";
export { loadModel, type Model } from "./explanation/model.ts";
export type { OcclusionForm } from "./explanation/occlusion.ts";
export { type OverlayOptions, overlay } from "./explanation/overlay.ts";
export { deconvnet, guidedBackprop } from "./explanation/rectifier-rules.ts";
export { type Panel, type ScaleBar, sheet } from "./explanation/sheet.ts";
export { type AdapterChoice, type Device, type DeviceOptions, requestDevice } from "./gpu/device.ts";
export { DeviceError, type DeviceFailure } from "./gpu/device-error.ts";
export { type Layout, layoutOf, type Precision } from "./gpu/layout.ts";
export type { Toggles } from "./gpu/node-gpu.ts";
export type { AdapterClass, AdapterProfile } from "./gpu/profile.ts";
export { ShaderError } from "./gpu/shader.ts";
export { exportTuning, importTuning, type TuningTable } from "./gpu/tuning-cache.ts";
export type { LaunchTime } from "./graph/dispatch.ts";
export { type GradientRule, gradients } from "./graph/gradient.ts";
export { nodeNamed } from "./graph/order.ts";
export { type CompileOptions, compile, type Program } from "./graph/program.ts";
export { fingerprintOf, type TuningMode, type TuningOptions, tunedProfile } from "./graph/tune.ts";
export { type Update, updatedParameters } from "./graph/update.ts";
export { type PseudoColour, pseudoColours } from "./imaging/colour-names.ts";
export { type Lung, type Lungs, lungLimits, lungsIn, type Side } from "./imaging/lung-mask.ts";
export { type Orientation, type OrientationChance, orientations } from "./imaging/orientation.ts";
export {
  type CohortFilm,
  type CohortOptions,
  cohort,
  expectedIndicators,
  type Indicator,
  indicatorRules,
  type Pattern,
} from "./imaging/phantom-cohort.ts";
export { pseudoColoured } from "./imaging/pseudo-colour.ts";
export { type Finding, type FindingName, filmQuality, qualityLimits } from "./imaging/quality.ts";
export { gelu, hardsigmoid, hardswish, leakyRelu, mish, relu, relu6, sigmoid, silu, tanh } from "./kernels/activation.ts";
export { adaptiveAvgPool2d } from "./kernels/adaptive-avg-pool2d.ts";
export { type ArgOptions, argMax, argMin } from "./kernels/arg-extreme.ts";
export { add, div, mul, sub } from "./kernels/arithmetic.ts";
export { type AvgPool2dOptions, avgPool2d } from "./kernels/avg-pool2d.ts";
export { batchMatmul } from "./kernels/batch-matmul.ts";
export { batchNorm } from "./kernels/batch-norm.ts";
export { batchNormTraining } from "./kernels/batch-norm-training.ts";
export { batchStatistics } from "./kernels/batch-statistics.ts";
export { type BinaryKind, binary } from "./kernels/binary.ts";
export { broadcastTo, sumTo } from "./kernels/broadcast.ts";
export { anchored, type Choice, chosen } from "./kernels/choice.ts";
export { concat } from "./kernels/concat.ts";
export { type ConvTranspose2dOptions, convTranspose2d } from "./kernels/conv-transpose2d.ts";
export { type Conv2dOptions, conv2d } from "./kernels/conv2d.ts";
export { type Conv3dOptions, type ConvTranspose3dOptions, conv3d, convTranspose3d } from "./kernels/conv3d.ts";
export { detach } from "./kernels/detach.ts";
export { cosineDistances, type Metric, manhattanDistances, squaredDistances } from "./kernels/distances.ts";
export { type DropoutOptions, dropout } from "./kernels/dropout.ts";
export { expand } from "./kernels/expand.ts";
export { flat } from "./kernels/flat.ts";
export { gather, gatherElements } from "./kernels/gather.ts";
export { globalAvgPool } from "./kernels/global-avg-pool.ts";
export { grid } from "./kernels/grid.ts";
export { type LargestOptions, largest, largestPlaces } from "./kernels/largest.ts";
export { linear } from "./kernels/linear.ts";
export { matmul } from "./kernels/matmul.ts";
export { type MaxPoolAxisOptions, maxPoolAxis } from "./kernels/max-pool-axis.ts";
export { type MaxPool2dOptions, maxPool2d } from "./kernels/max-pool2d.ts";
export { type MaxPool2dPlacesOptions, maxPool2dPlaces } from "./kernels/max-pool2d-places.ts";
export { type ItemChunk, type NearestOptions, nearest } from "./kernels/nearest.ts";
export { apply, type Binding, checkpoint, input, type Launch, type Node, named, type Op, parameter, ShapeError } from "./kernels/op.ts";
export { pad } from "./kernels/pad.ts";
export { type ReduceKind, reduce } from "./kernels/reduce.ts";
export { resample, type Taps } from "./kernels/resample.ts";
export { flatten, reshape } from "./kernels/reshape.ts";
export { type ResizeOptions, resize } from "./kernels/resize.ts";
export { type RoundFloatOptions, roundFloat } from "./kernels/round-float.ts";
export { runningMean, runningVariance } from "./kernels/running-statistic.ts";
export { scale } from "./kernels/scale.ts";
export { slice } from "./kernels/slice.ts";
export { logSoftmax, softmax } from "./kernels/softmax.ts";
export { squareRoot } from "./kernels/square-root.ts";
export { type Range, strideSlice } from "./kernels/stride-slice.ts";
export { type TopK, type TopKOptions, topK } from "./kernels/top-k.ts";
export { transpose } from "./kernels/transpose.ts";
export { tsneForces } from "./kernels/tsne-forces.ts";
export { type TsneProbabilitiesOptions, tsneProbabilities } from "./kernels/tsne-probabilities.ts";
export { type UnaryKind, unary } from "./kernels/unary.ts";
export { where } from "./kernels/where.ts";
export type { Padding, Pair } from "./kernels/window2d.ts";
export {
  type DecodeOptions,
  decodeImage,
  describeFilm,
  type FilmDescription,
  type FilmFacts,
  type Image,
  type PixelSpacing,
} from "./loaders/image.ts";
export { WeightsError } from "./loaders/names.ts";
export { readSafetensors, writeSafetensors } from "./loaders/safetensors.ts";
export { type StoredTensor, type StoredType, toFloat32 } from "./loaders/stored-tensor.ts";
export { type NameOutcome, type ReadWeightsOptions, readWeights, type WeightsFile } from "./loaders/weights-file.ts";
export type { ClinicalValues } from "./models/clinical-values.ts";
export type { InputDescription, ModelDescription } from "./models/description.ts";
export {
  type Combination,
  type Disagreement,
  type Ensemble,
  type EnsembleOptions,
  type EnsemblePrediction,
  type EnsembleResult,
  ensemble,
  type MemberResult,
} from "./models/ensemble.ts";
export {
  type FilmAndLungs,
  filmAndLungs,
  keidarChannel,
  type LungChannel,
  type LungFinder,
  lungFinder,
} from "./models/film-and-lungs.ts";
export type { Outcome } from "./models/in-batches.ts";
export { type KeidarFusionOptions, keidarFusion } from "./models/keidar.ts";
export {
  type LiangFusionOptions,
  type LiangOptions,
  type LiangRegressionOptions,
  type LiangTrunk,
  liangCnnrf,
  liangFusion,
} from "./models/liang.ts";
export type { EmbedOptions, LoadOptions } from "./models/model.ts";
export { namedLayer, namedLayers } from "./models/named-layer.ts";
export { type ExportOptions, onnxBytes } from "./models/onnx/export.ts";
export { type Unsupported, UnsupportedError } from "./models/onnx/unsupported.ts";
export type { Measure, OutOfDistribution } from "./models/out-of-distribution/description.ts";
export type { OutlierScores, Withheld } from "./models/out-of-distribution/detector.ts";
export type { Outputs } from "./models/outputs.ts";
export {
  type Checks,
  type Film,
  type FilmPicture,
  type FilmWithValues,
  openFilm,
  type Picture,
  type ReadOptions,
  type Ready,
} from "./models/picture.ts";
export { type Network, type NetworkOptions, networkNamed, networks } from "./models/registry.ts";
export type { Answer, Embedding, Milliseconds, Prediction, Result, Segmentation } from "./models/result.ts";
export { type SelfTest, selfTest } from "./models/self-test.ts";
export { type TrainingOptions, type TrainingWeights, trainingWeights } from "./models/training-weights.ts";
export { inUnits, type ValueScaler } from "./models/value-scaler.ts";
export { declaredWeights, initialisedWeights, type Weights, weightsFrom } from "./models/weights.ts";
export {
  appended,
  checkAlike,
  type EmbeddingIndex,
  type IndexDescription,
  type IndexFiles,
  type IndexItem,
  readIndex,
  type StoredIndex,
  writeIndex,
} from "./retrieval/embedding-index.ts";
export { type LeaveOneOutOptions, leaveOneOut, type VoteOptions, vote } from "./retrieval/knn.ts";
export { areaUnderRoc, type ClassReport, type KnnReport, knnReport } from "./retrieval/knn-report.ts";
export {
  type Group,
  type Neighbour,
  type NeighbourOptions,
  type Neighbours,
  neighbours,
  type SearchOptions,
} from "./retrieval/neighbours.ts";
export { type PrincipalComponents, principalComponents, project } from "./retrieval/pca.ts";
export { type TsneMap, type TsneOptions, tsne } from "./retrieval/tsne.ts";
export { type BinaryCounts, countsAt, countsOfClass } from "./statistics/binary-counts.ts";
export { type BinaryIndices, binaryIndices, fBeta } from "./statistics/binary-indices.ts";
export {
  type BinaryReport,
  type BinaryReportOptions,
  binaryReport,
  bootstrappedIndices,
  type CalibrationReport,
  type ThresholdReport,
} from "./statistics/binary-report.ts";
export { type BlandAltman, type BlandAltmanOptions, blandAltman } from "./statistics/bland-altman.ts";
export { type BootstrapOptions, type Bootstrapped, bootstrap, bootstrapEach } from "./statistics/bootstrap.ts";
export { type BrierDecomposition, brierDecomposition, brierScore, logLoss } from "./statistics/brier.ts";
export {
  type Calibration,
  type CalibrationLine,
  calibrated,
  calibratedScores,
  calibrationLine,
  classTemperature,
  fitIsotonic,
  fitPlatt,
  fitTemperature,
} from "./statistics/calibration.ts";
export { type CanonicalPair, type Columns, canonicalCorrelation } from "./statistics/canonical-correlation.ts";
export type { Cluster } from "./statistics/cases.ts";
export { type ClassAreas, classAreas } from "./statistics/class-areas.ts";
export {
  type AveragedIndices,
  type ClassIndices,
  type ClassIndicesOptions,
  type MulticlassIndices,
  multiclassIndices,
} from "./statistics/class-indices.ts";
export { cohenKappa, type Kappa, type KappaOptions, type KappaWeights } from "./statistics/cohen-kappa.ts";
export { concordance } from "./statistics/concordance.ts";
export { accuracy, balancedAccuracy, type Confusion, confusionMatrix, meanSensitivity, predictedClasses } from "./statistics/confusion.ts";
export {
  type Correlation,
  type CorrelationRow,
  type CorrelationTableOptions,
  correlationTable,
  holm,
  pearson,
  spearman,
} from "./statistics/correlation.ts";
export { type DecisionPoint, decisionCurve } from "./statistics/decision-curve.ts";
export { type Estimate, estimateText, type Interval, type LevelOptions } from "./statistics/estimate.ts";
export { type FleissKappa, fleissKappa } from "./statistics/fleiss-kappa.ts";
export { type HistogramBin, histogram } from "./statistics/histogram.ts";
export { type Icc, type IccModel, type IccOptions, intraclassCorrelation } from "./statistics/intraclass-correlation.ts";
export { matthews } from "./statistics/matthews.ts";
export { type McNemar, mcnemar, rightAnswers } from "./statistics/mcnemar.ts";
export { type MulticlassReport, type MulticlassReportOptions, multiclassReport } from "./statistics/multiclass-report.ts";
export { defined, isDefined, type NotDefined, type Statistic, statisticText } from "./statistics/not-defined.ts";
export { type Overlap, type OverlapSummary, overlapOf, overlapSummary } from "./statistics/overlap.ts";
export {
  averagePrecision,
  type PrecisionRecallPoint,
  precisionRecallCurve,
  precisionRecallTrapezoid,
} from "./statistics/precision-recall.ts";
export { type PredictiveValues, predictiveValues } from "./statistics/predictive-values.ts";
export { type Proportion, type ProportionMethod, type ProportionOptions, proportion, proportionMethods } from "./statistics/proportion.ts";
export { type RegressionErrors, regressionErrors } from "./statistics/regression.ts";
export { type RegressionReport, type RegressionReportOptions, regressionReport } from "./statistics/regression-report.ts";
export {
  type BinningOptions,
  type CalibrationError,
  calibrationError,
  type ReliabilityRow,
  reliabilityTable,
  topLabels,
} from "./statistics/reliability.ts";
export { type RocPoint, rocCurve } from "./statistics/roc.ts";
export {
  compareRocAreas,
  hanleyMcNeil,
  type RocArea,
  type RocAreaComparison,
  type RocAreaOptions,
  rocArea,
  rocAreaEstimate,
} from "./statistics/roc-area.ts";
export type { ScoredSet, SetIdentity } from "./statistics/scored-set.ts";
export { StatisticsError } from "./statistics/statistics-error.ts";
export {
  applyThreshold,
  chooseThreshold,
  type Decisions,
  fixedThreshold,
  type Threshold,
  type ThresholdRule,
} from "./statistics/threshold.ts";
export { evenThresholds, type ThresholdRow, thresholdTable } from "./statistics/threshold-table.ts";
export { type EmbeddedFilm, type EmbeddedFilms, embeddedFilms } from "./systems/embedded-films.ts";
export { type Fact, type Facts, fact, factList, type Mark, marks } from "./systems/fact.ts";
export { ensembleOf, type FilmEnsemble } from "./systems/film-ensemble.ts";
export { type FilmReader, mistakeSheets, neighbourSheet } from "./systems/film-sheets.ts";
export { type ImageStatistics, imageStatistics } from "./systems/image-statistics.ts";
export type { Findings, Inspection } from "./systems/inspection.ts";
export {
  type CopyLungFinder,
  changeColumns,
  type FilmFile,
  type KeidarPicture,
  type KeidarPicturesOptions,
  keidarPictures,
  keidarRefusal,
} from "./systems/keidar2021-pictures.ts";
export {
  type DistillationRun,
  distillationGrid,
  distillationTables,
} from "./systems/liang2021-distillation.ts";
export { controlGate, type FusionOptions, type GateDecision, type GateOptions, lateFusion } from "./systems/liang2021-gate.ts";
export { type PredictedFilm, type PredictedFilms, predictedFilms } from "./systems/predicted-films.ts";
export { oneAgainstRest, predictionTable, type ScoredFilm, type ScoredFilms, scoredFilms } from "./systems/scored-films.ts";
export { type Retrieval, type SimilarFilms, similarFilms } from "./systems/similar-films.ts";
export type { Choice as SystemChoice, Deviation, Plan, Results, System } from "./systems/system.ts";
export { choiceOf, choicesOf, systemNamed, systems } from "./systems/systems.ts";
export type { Cell, Table, Tables } from "./systems/table.ts";
export { type TellingFeature, tellingFeatures } from "./systems/telling-features.ts";
export { type Shape, type Tensor, tensor } from "./tensor.ts";
export { decayMatrices, type Weight, type WeightOptions } from "./training/arena.ts";
export { applyChanges, applyToMask, type Change, drawChanges, type Recipe, type Step } from "./training/augment.ts";
export type { BatchValues } from "./training/batch.ts";
export { type Batch, type Batches, type BatchesOptions, openBatches } from "./training/batches.ts";
export { type Checkpoint, readCheckpoint, valuesFor, valuesOf, writeCheckpoint } from "./training/checkpoint.ts";
export { type CircleLossOptions, circleLoss } from "./training/circle-loss.ts";
export { readClassFolders } from "./training/class-folders.ts";
export { classCounts, type Dataset, type Sample, samplesIn, subset } from "./training/dataset.ts";
export { type TeacherLogits, type Teaching, taughtFilms, taughtLoss, teacherLogits } from "./training/distill.ts";
export { type Best, type Betterment, isOver, nextBest, noBest } from "./training/early-stopping.ts";
export { type Evaluation, evaluate } from "./training/evaluate.ts";
export { type ChosenFile, chosenFolder, type FilmFolder, readFolder } from "./training/film-folder.ts";
export { type Fingerprint, fingerprints } from "./training/fingerprints.ts";
export { type Epoch, type FitOptions, fit } from "./training/fit.ts";
export {
  type FoldOptions,
  type FoldResult,
  type FoldSets,
  type FoldSetsOptions,
  type FoldSpread,
  foldSets,
  foldSpreads,
  pooledFolds,
  trainFolds,
} from "./training/folds.ts";
export type { Freeze } from "./training/freeze.ts";
export { type History, type HistoryEntry, history } from "./training/history.ts";
export { checkLeaks, findLeaks, type Leak, type LeakKind, type LeakOptions } from "./training/leaks.ts";
export { learningCurve } from "./training/learning-curve.ts";
export { type EpochRecord, logLine, readLog } from "./training/log.ts";
export { type LossScaling, lossScaling } from "./training/loss-scaling.ts";
export {
  binaryCrossEntropyWithLogits,
  type CrossEntropyOptions,
  crossEntropy,
  type DistillationOptions,
  diceLoss,
  distillation,
  type FocalOptions,
  focalLoss,
  jaccardLoss,
  meanSquaredError,
  type OverlapOptions,
  rootMeanSquaredError,
} from "./training/losses.ts";
export { type ManifestOptions, readManifest } from "./training/manifest.ts";
export { type Merging, mergeClasses } from "./training/merge-classes.ts";
export { type MovingAverage, movingAverage } from "./training/moving-average.ts";
export { type Loss, type LossName, type LossOptions, lossFor, lossNames } from "./training/objective.ts";
export { type AdamOptions, adam, adamW } from "./training/optimizers/adam.ts";
export { type LambOptions, lamb } from "./training/optimizers/lamb.ts";
export { type LookaheadOptions, lookahead } from "./training/optimizers/lookahead.ts";
export type { OptimizerChoice, OptimizerName } from "./training/optimizers/named.ts";
export { type RadamOptions, radam } from "./training/optimizers/radam.ts";
export { type SgdOptions, sgd } from "./training/optimizers/sgd.ts";
export type { OptimizerOptions, OptimizerStep } from "./training/optimizers/step.ts";
export { pageFiles } from "./training/page-files.ts";
export { nextPlateau, type Plateau, type PlateauOptions, startPlateau } from "./training/plateau.ts";
export type { RateSchedule } from "./training/rates.ts";
export { recipes } from "./training/recipes.ts";
export { type Part, type Report, reportOf } from "./training/report.ts";
export { epochOrder, type Sampler } from "./training/sampler.ts";
export { learningRate, type Schedule } from "./training/schedules.ts";
export { type DealOptions, kFold, type SplitOptions, splitDataset } from "./training/split.ts";
export type { StartReport } from "./training/start.ts";
export type { BatchLoss, FitProgress } from "./training/train-epoch.ts";
export { newTrainee, type Trainee, type TraineeOptions } from "./training/trainee.ts";
export { TrainingError } from "./training/training-error.ts";
export { clinicalOf, scalerOf, withScaledValues } from "./training/value-scaler.ts";
export type { FileSystem, StoredFiles } from "./training/write-file.ts";
