package io.narthex.pipeline.config;

import java.io.Serializable;
import java.util.List;

/**
 * {@code otlp}: how OpenTelemetry metrics become series.
 *
 * @param promoteResourceAttributes resource attributes that become labels
 * @param ignoreResourceAttributes those that do not, where all others do
 */
public record OtlpConfig(
    boolean promoteAllResourceAttributes,
    List<String> promoteResourceAttributes,
    List<String> ignoreResourceAttributes,
    Translation translation,
    boolean keepIdentifyingResourceAttributes,
    boolean convertHistogramsToNhcb,
    boolean promoteScopeMetadata,
    boolean labelNameUnderscoreSanitization,
    boolean labelNamePreserveMultipleUnderscores)
    implements Serializable {

  public OtlpConfig {
    promoteResourceAttributes = List.copyOf(promoteResourceAttributes);
    ignoreResourceAttributes = List.copyOf(ignoreResourceAttributes);
  }

  /** How names are translated. */
  public enum Translation {
    UNDERSCORE_ESCAPING_WITH_SUFFIXES("UnderscoreEscapingWithSuffixes", false),
    UNDERSCORE_ESCAPING_WITHOUT_SUFFIXES("UnderscoreEscapingWithoutSuffixes", false),
    NO_UTF8_ESCAPING_WITH_SUFFIXES("NoUTF8EscapingWithSuffixes", true),
    NO_TRANSLATION("NoTranslation", true);

    private final String text;
    private final boolean utf8;

    Translation(String text, boolean utf8) {
      this.text = text;
      this.utf8 = utf8;
    }

    /** The name in configuration files. */
    public String text() {
      return text;
    }

    /** Whether names come out that only UTF-8 validation takes. */
    public boolean utf8() {
      return utf8;
    }
  }
}
