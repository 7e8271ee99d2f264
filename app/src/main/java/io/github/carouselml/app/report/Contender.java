package io.github.carouselml.app.report;

import io.github.carouselml.tasks.forecast.BacktestResult;

/// A method in a backtest and how it did.
///
/// @param title as tables call it
/// @param network whether it is the run's own network; all others are baselines
public record Contender(String title, boolean network, BacktestResult result) {}
