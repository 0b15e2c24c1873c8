package io.narthex.operators.template.language;

/** A value found in a place that can hold any value: of type {@code interface {}} until used. */
public record Boxed(Object value) {}
