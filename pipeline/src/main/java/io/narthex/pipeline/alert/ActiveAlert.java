package io.narthex.pipeline.alert;

import io.narthex.pipeline.model.Labels;
import java.util.Map;

/**
 * A pending or firing alert as the API shows it.
 *
 * @param annotations in order of their names; values may be empty
 * @param value of the expression, newest
 * @param activeAt since when the condition holds, milliseconds
 * @param keepFiringSince since when it fires without its condition, milliseconds; 0 if it does not
 */
public record ActiveAlert(
    Labels labels,
    Map<String, String> annotations,
    AlertState state,
    double value,
    long activeAt,
    long keepFiringSince) {}
