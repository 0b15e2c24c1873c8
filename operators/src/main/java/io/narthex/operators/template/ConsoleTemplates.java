package io.narthex.operators.template;

import io.narthex.operators.alert.AlertTemplate;
import io.narthex.operators.template.language.ListValue;
import io.narthex.operators.template.language.MapValue;
import io.narthex.operators.template.language.Rendering;
import io.narthex.operators.template.language.TemplateException;
import io.narthex.operators.template.language.TemplateText;
import io.narthex.operators.template.page.PageOutput;
import io.narthex.pipeline.model.Labels;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The templates of consoles: pages of HTML that users write. Values are escaped for the place where
 * they stand, see {@link PageOutput}.
 */
public final class ConsoleTemplates {
  /** The text that Prometheus puts before each console. */
  private static final String DEFINITIONS =
      "{{$rawParams := .RawParams }}"
          + "{{$params := .Params}}"
          + "{{$path := .Path}}"
          + "{{$externalLabels := .ExternalLabels}}";

  private ConsoleTemplates() {}

  /**
   * What a console can speak of.
   *
   * @param path of the console without what leads to all of them
   * @param parameters of the address, by name
   * @param externalLabels of the configuration
   * @param externalUrl of this server, without a slash at its end
   * @param now when it is shown, in milliseconds
   */
  public record Data(
      String path,
      Map<String, List<String>> parameters,
      Labels externalLabels,
      String externalUrl,
      long now,
      AlertTemplate.Query query) {}

  /**
   * Makes a page.
   *
   * @param text of the console
   * @param libraries texts that define templates for all consoles, by their names
   * @throws AlertTemplate.ExpansionException if one of the texts is no template, or it fails
   */
  public static String expand(String text, Map<String, String> libraries, Data data)
      throws AlertTemplate.ExpansionException {
    String name = "__console_" + data.path();
    TemplateText template;
    try {
      libraries.forEach(
          (library, defined) ->
              TemplateText.compilePage(library, defined, "", AlertFunctions.NAMES));
      template =
          TemplateText.compilePage(
              name, DEFINITIONS + text, String.join("", libraries.values()), AlertFunctions.NAMES);
    } catch (TemplateException e) {
      throw new AlertTemplate.ExpansionException(
          "error parsing template " + name + ": " + e.getMessage(), e);
    }
    var functions = new AlertFunctions(data.query(), data.now(), data.externalUrl());
    var rendering = Rendering.page(PageOutput::new);
    return AlertTemplates.run(name, template, root(data), functions, rendering);
  }

  private static Object root(Data data) {
    var raw = new HashMap<String, Object>();
    var first = new HashMap<String, String>();
    data.parameters()
        .forEach(
            (name, values) -> {
              raw.put(name, new ListValue("[]string", values));
              first.put(name, values.isEmpty() ? "" : values.get(0));
            });
    return new Structure(
        "struct { RawParams url.Values; Params map[string]string; Path string;"
            + " ExternalLabels map[string]string }",
        Map.of(
            "RawParams",
            new MapValue(false, raw),
            "Params",
            new MapValue(true, first),
            "Path",
            data.path(),
            "ExternalLabels",
            new MapValue(true, data.externalLabels().toMap())),
        List.of("RawParams", "Params", "Path", "ExternalLabels"));
  }
}
