package io.narthex.operators.template.language;

import java.util.List;

/**
 * A list.
 *
 * @param typeName Go's name of its type
 */
public record ListValue(String typeName, List<?> elements) {}
