package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.AlertTemplate;
import io.narthex.operators.rules.window.WindowStore;
import io.narthex.pipeline.storage.SampleStore;

/**
 * What a tick works on.
 *
 * @param templates what templates ask
 * @param now by the clock, milliseconds
 * @param remembers whether ticks are kept, to be evaluated again when samples come late
 * @param history the store
 * @param restart what the start of the evaluator leaves to be cared for
 */
record Surroundings(
    WindowStore window,
    AlertTemplate.Query templates,
    long now,
    boolean remembers,
    SampleStore history,
    Restart restart) {}
