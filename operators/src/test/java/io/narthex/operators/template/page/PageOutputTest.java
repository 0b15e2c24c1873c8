package io.narthex.operators.template.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.operators.alert.AlertTemplate;
import io.narthex.operators.template.ConsoleTemplates;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryValue;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Each place of a page, and what becomes of a value there. */
class PageOutputTest {
  private static String page(String text, String value) throws AlertTemplate.ExpansionException {
    var data =
        new ConsoleTemplates.Data(
            "page",
            Map.of("x", List.of(value)),
            Labels.EMPTY,
            "http://here/p",
            0,
            (query, time) ->
                List.of(
                    new QueryValue.Sample(
                        Labels.of("a", "<\"'>"), time, Double.parseDouble(query), null)));
    return ConsoleTemplates.expand(
        text,
        Map.of("part.lib", "{{define \"bold\"}}<b>{{.}}</b>{{end}}{{define \"open\"}}<b{{end}}"),
        data);
  }

  /** The columns: template, where ☐ stands for the parameter; its value; the page. */
  private static final String[] ESCAPED = {
    // Text.
    "<p>☐</p> ‖ a<b>&\"'+ ‖ <p>a&lt;b&gt;&amp;&#34;&#39;&#43;</p>",
    "a < ☐ ‖ <i> ‖ a < &lt;i&gt;",
    "<!-- > it's --><p>☐ ‖ ' ‖ <!-- > it's --><p>&#39;",
    "<!doctype html><p>☐ ‖ < ‖ <!doctype html><p>&lt;",
    "<textarea><b x=\"</textarea ><p>☐ ‖ ' ‖ <textarea><b x=\"</textarea ><p>&#39;",
    "<title>☐</title> ‖ </title><script> ‖ <title>&lt;/title&gt;&lt;script&gt;</title>",
    "<p>{{.Params.x | html}}</p> ‖ & ‖ <p>&amp;</p>",
    "<p>{{safeHtml .Params.x}}</p> ‖ <i>& ‖ <p><i>&</p>",
    "{{tmpl \"bold\" .Params.x}} ‖ < ‖ <b>&lt;</b>",
    "{{if eq .Params.x \"y\"}}<a title=\"{{else}}<script>f({{end}}☐{{if eq .Params.x \"y\"}}\">{{else}})</script>{{end}} ‖ y ‖ <a title=\"y\">",
    "{{if eq .Params.x \"y\"}}<a title=\"{{else}}<script>f({{end}}☐{{if eq .Params.x \"y\"}}\">{{else}})</script>{{end}} ‖ z ‖ <script>f(\"z\")</script>",
    // Attributes.
    "<a title=\"☐\"> ‖ \"><i> ‖ <a title=\"&#34;&gt;&lt;i&gt;\">",
    "<a title='☐'> ‖ ' onclick='f() ‖ <a title='&#39; onclick=&#39;f()'>",
    "<a title = ☐> ‖ a b=\"`> ‖ <a title = a&#32;b&#61;&#34;&#96;&gt;>",
    "<a title=☐ id=b> ‖ '' ‖ <a title=&#39;&#39; id=b>",
    "<a title=\"{{.Params.none}}\"> ‖ x ‖ <a title=\"\">",
    "<a title={{.Params.none}} id=b> ‖ x ‖ <a title=ZgotmplZ id=b>",
    "<a title=\"{{tmpl \"bold\" .Params.x}}\"> ‖ & ‖ <a title=\"&amp;\">",
    "<a title=\"{{.Params.x | html}}\"> ‖ & ‖ <a title=\"&amp;\">",
    "<a title=\"x>\" id=\"☐\"> ‖ < ‖ <a title=\"x>\" id=\"&lt;\">",
    "<input ☐> ‖ Checked ‖ <input checked>",
    "<input ☐=\"1\"> ‖ onclick ‖ <input ZgotmplZ=\"1\">",
    "<input ☐> ‖ a=b ‖ <input ZgotmplZ>",
    "<input ☐> ‖ type ‖ <input ZgotmplZ>",
    // Addresses.
    "<a href=\"☐\"> ‖ javascript:alert(1) ‖ <a href=\"#ZgotmplZ\">",
    "<a href=\"☐\"> ‖ JavaScript:alert(1) ‖ <a href=\"#ZgotmplZ\">",
    "<a href=\" ☐\"> ‖ data:text/html,x ‖ <a href=\" #ZgotmplZ\">",
    "<a href=\"☐\"> ‖ http://a/b?c=d&e=%41#\"'<> ‖ <a href=\"http://a/b?c=d&amp;e=%41#%22%27%3c%3e\">",
    "<a href=\"☐\"> ‖ MAILTO:a@b ‖ <a href=\"MAILTO:a@b\">",
    "<a href=\"☐\"> ‖ /a:b ‖ <a href=\"/a:b\">",
    "<a href=☐> ‖ /a b ‖ <a href=/a%20b>",
    "<a href=\"java☐\"> ‖ script:alert(1) ‖ <a href=\"javaZgotmplZ\">",
    "<a href=\"{{slice .Params.x 0 10}}{{slice .Params.x 10}}\"> ‖ javascript:f() ‖ <a href=\"javascript#ZgotmplZ\">",
    "<a href=\"&#x20;☐\"> ‖ javascript:f() ‖ <a href=\"&#x20;#ZgotmplZ\">",
    "<a href=\"/p/☐\"> ‖ a/b?c=d&e ‖ <a href=\"/p/a/b?c=d&amp;e\">",
    "<a href=\"/p?q=☐&r=1\"> ‖ up{a=\"b\"} & c ‖ <a href=\"/p?q=up%7ba%3d%22b%22%7d%20%26%20c&r=1\">",
    "<a href=\"/p?q={{.Params.x | urlquery}}\"> ‖ a b&c ‖ <a href=\"/p?q=a&#43;b%26c\">",
    "<a href=\"/p#☐\"> ‖ a/b ‖ <a href=\"/p#a%2fb\">",
    "<a href=\"{{pathPrefix}}{{graphLink .Params.x}}\"> ‖ a+b ‖ <a href=\"/p/graph?g0.expr=a%2Bb&amp;g0.tab=0\">",
    "<a href=\"{{externalURL}}/x\"> ‖ x ‖ <a href=\"http://here/p/x\">",
    "<img src=\"☐\"> ‖ x:y ‖ <img src=\"#ZgotmplZ\">",
    "<svg><use xlink:href=\"☐\"> ‖ x:y ‖ <svg><use xlink:href=\"#ZgotmplZ\">",
    "<form action='☐'> ‖ x:y ‖ <form action='#ZgotmplZ'>",
    "<a data-url='☐'> ‖ x:y ‖ <a data-url='#ZgotmplZ'>",
    // Scripts.
    "<script>var n = ☐;</script> ‖ alert(document.cookie) ‖ <script>var n = \"alert(document.cookie)\";</script>",
    "<script>var n = ☐;</script> ‖ </script><\"\\ ‖ <script>var n = \"\\u003c\\u002fscript\\u003e\\u003c\\u0022\\u005c\";</script>",
    "<script>a('☐ .. ☐')</script> ‖ \\ ‖ <script>a('\\u005c .. \\u005c')</script>",
    "<script>a('☐')</script> ‖ ;'& ‖ <script>a(';\\u0027\\u0026')</script>",
    "<script>a(\"it's \\\" ☐\")</script> ‖ \" ‖ <script>a(\"it's \\\" \\u0022\")</script>",
    "<script>// it's\na(☐)</script> ‖ b ‖ <script>// it's\na(\"b\")</script>",
    "<script>/* \" */ a(☐)</script> ‖ b ‖ <script>/* \" */ a(\"b\")</script>",
    "<script><!-- it's\na(☐)</script> ‖ b ‖ <script><!-- it's\na(\"b\")</script>",
    "<script>x = /[\"/]'/.test(☐)</script> ‖ b ‖ <script>x = /[\"/]'/.test(\"b\")</script>",
    "<script>x = (a) / b; s = \"☐\" / 2</script> ‖ ' ‖ <script>x = (a) / b; s = \"\\u0027\" / 2</script>",
    "<script>if (a) /'/.test(☐)</script> ‖ b ‖ <script>if (a) /'/.test(\"b\")</script>",
    "<script>return /'/.test(☐)</script> ‖ b ‖ <script>return /'/.test(\"b\")</script>",
    "<script>a.return / b; c('☐')</script> ‖ ' ‖ <script>a.return / b; c('\\u0027')</script>",
    "<script>i++ / 2; '☐'</script> ‖ ' ‖ <script>i++ / 2; '\\u0027'</script>",
    "<script>x = ☐ / 2; y = '☐'</script> ‖ ' ‖ <script>x = \"\\u0027\" / 2; y = '\\u0027'</script>",
    "<script>`a ☐ ${f({a: ☐})} \\${ ☐`</script> ‖ `${ ‖ <script>`a \\u0060\\u0024\\u007b ${f({a: \"\\u0060\\u0024\\u007b\"})} \\${ \\u0060\\u0024\\u007b`</script>",
    "<script>a(/* ☐ */ 1) // ☐</script> ‖ */ ‖ <script>a(/*  */ 1) // </script>",
    "<script>a('</script><p>☐ ‖ ' ‖ <script>a('</script><p>&#39;",
    "<script type=\"module\">a(☐)</script> ‖ b ‖ <script type=\"module\">a(\"b\")</script>",
    "<script type='application/json'>☐</script> ‖ b ‖ <script type='application/json'>\"b\"</script>",
    "<script>n = {{len .Params.x}}+{{1.5}}</script> ‖ b ‖ <script>n =  1 + 1.5 </script>",
    "<script>n = {{args 1 .Params.x}}</script> ‖ b ‖ <script>n = {\"arg0\":1,\"arg1\":\"b\"}</script>",
    "<script>n = {{query \"2\"}}</script> ‖ b ‖ <script>n = [{\"Labels\":{\"a\":\"\\u003c\\u0022\\u0027\\u003e\"},\"Value\":2}]</script>",
    "<script>n = {{query \"NaN\" | first | value}}</script> ‖ b ‖ <script>n =  null </script>",
    "<script>a < ☐</script> ‖ / ‖ <script>a < \"\\u002f\"</script>",
    "<p onclick=\"f(☐)\"> ‖ \"); g(' ‖ <p onclick=\"f(&#34;\\u0022); g(\\u0027&#34;)\">",
    "<p onclick=\"f('☐')\"> ‖ ');g(' ‖ <p onclick=\"f('\\u0027);g(\\u0027')\">",
    "<p onclick=\"f(&quot;☐&#39;&quot;, ☐)\"> ‖ a ‖ <p onclick=\"f(&quot;a&#39;&quot;, &#34;a&#34;)\">",
    "<p onclick=\"a && f(☐)\"> ‖ a ‖ <p onclick=\"a && f(&#34;a&#34;)\">",
    "<p onclick=f(☐)> ‖ a b ‖ <p onclick=f(&#34;a&#32;b&#34;)>",
    // Styles.
    "<p style=\"width: ☐%\"> ‖ 1.5 ‖ <p style=\"width: 1.5%\">",
    "<p style=\"color: ☐\"> ‖ red; background: url(x) ‖ <p style=\"color: ZgotmplZ\">",
    "<style>p { color: ☐ }</style> ‖ #fff ‖ <style>p { color: #fff }</style>",
    "<style>p { color: ☐ }</style> ‖ } * { ‖ <style>p { color: ZgotmplZ }</style>",
    // Nothing is seen of comments.
    "<!-- ☐ --><p>☐ ‖ --> ‖ <!--  --><p>--&gt;",
  };

  @ParameterizedTest
  @FieldSource("ESCAPED")
  void value_isEscapedForItsPlace(String row) throws AlertTemplate.ExpansionException {
    String[] columns = row.split(" ‖ ", -1);
    assertThat(page(columns[0].replace("☐", "{{.Params.x}}"), columns[1])).isEqualTo(columns[2]);
  }

  /** The columns: template; a part of the message. */
  private static final String[] REFUSED = {
    "<☐> ‖ no value can stand in the name of a tag",
    "<a☐> ‖ no value can stand in the name of a tag",
    "</☐> ‖ no value can stand in the name of a tag",
    "<p on☐=\"a\"> ‖ no value can stand in the name of the attribute onx",
    "<p srcdoc=\"☐\"> ‖ no value can stand in the attribute srcdoc",
    "<img srcset='☐'> ‖ no value can stand in the attribute srcset",
    "<meta http-equiv='☐'> ‖ no value can stand in the attribute http-equiv",
    "<script type=\"☐\"> ‖ no value can stand in the attribute type",
    "<script type=\"text/x-other\">☐ ‖ in a script whose type is not known",
    "<svg><script href=\"a\"/><p title=\"☐\"> ‖ behind <script/>, which HTML does not know",
    "<animate to='☐'> ‖ no value can stand in the attribute to",
    "<a href=\"javascript:f('☐')\"> ‖ in an address that is a script or a document",
    "<a href=\" java&#10;script&colon;f('☐')\"> ‖ in an address that is a script",
    "<script>x = /☐/</script> ‖ in a regular expression of a script",
    "<script>x = /a☐/</script> ‖ in a regular expression of a script",
    "<script>x = '\\☐'</script> ‖ no value can stand behind a backslash",
    "<script>x = '</scr☐'</script> ‖ no value can stand in an end tag",
    "<textarea></☐ ‖ no value can stand in an end tag",
    "<p onclick=\"f(&grave;☐&grave;)\"> ‖ behind a character reference that is not understood",
    "<p onclick=\"f(&quot☐)\"> ‖ behind a character reference that is not understood",
    "{{.Params.x | html | print}} ‖ predefined escaper \"html\" disallowed in template",
    "<p title={{.Params.x | html}}> ‖ the attribute title has no quotes",
    "{{tmpl \"open\" .Params.x}}> ‖ ends in a non-text context: a tag has no end",
    "<script>a(☐) ‖ ends in a non-text context: the content of <script> has no end",
    "<a title=\"☐ ‖ ends in a non-text context: the value of the attribute title has no end",
  };

  @ParameterizedTest
  @FieldSource("REFUSED")
  void place_withoutSafeValue_isRefused(String row) {
    String[] columns = row.split(" ‖ ", -1);
    assertThatThrownBy(() -> page(columns[0].replace("☐", "{{.Params.x}}"), "x"))
        .isInstanceOf(AlertTemplate.ExpansionException.class)
        .hasMessageContaining(columns[1])
        .hasMessageContaining("__console_page:1:");
  }

  @Test
  void refusal_namesLineAndColumn() {
    assertThatThrownBy(() -> page("<p>\n <{{.Params.x}}>", "x"))
        .hasMessageContaining(
            "template: __console_page:2:4: executing \"__console_page\" at <{{.Params.x}}>: no"
                + " value can stand");
  }

  /**
   * Whatever a value is, the page around it stays: each place is closed by the template's own text,
   * behind which a marker stands as it would behind a harmless value.
   */
  @Test
  void value_ofHostileCharacters_neverEndsItsPlace() throws AlertTemplate.ExpansionException {
    var random = new Random(7);
    String[] places = {
      "<p>☐</p>",
      "<p title=\"☐\">",
      "<p title='☐'>",
      "<p title=☐>",
      "<a href=\"☐\">",
      "<a href='/p?q=☐'>",
      "<script>f(☐)</script>",
      "<script>f('☐')</script>",
      "<script>f(\"☐\")</script>",
      "<script>f(`☐`)</script>",
      "<p onclick=\"f('☐')\">",
      "<p onclick=f(☐)>",
      "<style>p{a:☐}</style>",
      "<p style='a:☐'>",
      "<title>☐</title>",
    };
    String[] pieces = {
      "<",
      ">",
      "/",
      "\\",
      "'",
      "\"",
      "`",
      "${",
      "}",
      "&",
      ";",
      "\n",
      "\r",
      "\u2028",
      " ",
      "=",
      "--",
      "!",
      "script",
      "javascript:",
      "*/",
      "//",
      "a",
      "&quot;",
      "</script>",
      "\0",
      "+",
      "%22",
    };
    for (int i = 0; i < 20_000; i++) {
      var value = new StringBuilder();
      for (int n = random.nextInt(6); n >= 0; n--) {
        value.append(pieces[random.nextInt(pieces.length)]);
      }
      String place = places[random.nextInt(places.length)];
      String page = page(place.replace("☐", "{{.Params.x}}") + "<i>end</i>", value.toString());
      // Read as a browser reads it: with all of the value's characters as part of the text.
      var read = new Markup();
      for (int at = 0; at < page.length() - "<i>end</i>".length(); at++) {
        read.feed(page.charAt(at));
      }
      var plain = new Markup();
      place.replace("☐", "v").chars().forEach(c -> plain.feed((char) c));
      assertThat(read.place()).as("%s with %s", place, value).isEqualTo(plain.place());
      assertThat(read.element()).as("%s with %s", place, value).isEqualTo(plain.element());
      assertThat(read.script().place())
          .as("%s with %s", place, value)
          .isEqualTo(plain.script().place());
    }
  }
}
