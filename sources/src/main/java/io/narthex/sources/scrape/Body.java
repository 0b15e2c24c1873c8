package io.narthex.sources.scrape;

/**
 * What a target answered with status 200, as it came over the wire.
 *
 * @param bytes holds the body; belongs to {@link BufferPool}
 * @param length of the body in it
 * @param gzip whether it is compressed
 * @param contentType empty if there was none
 */
record Body(byte[] bytes, int length, boolean gzip, String contentType) {}
