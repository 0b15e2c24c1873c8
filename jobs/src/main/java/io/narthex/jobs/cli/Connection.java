package io.narthex.jobs.cli;

import io.narthex.jobs.client.ApiClient;
import io.narthex.pipeline.config.HttpClientConfig;
import io.narthex.pipeline.config.Secret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Options of commands that ask a server: where it is, and who asks. */
final class Connection {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--url",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:NARTHEX_URL:-http://127.0.0.1:9090}",
      description =
          "The server, any with Prometheus' API (default: ${DEFAULT-VALUE}, from $NARTHEX_URL if that is set).")
  private String url = "http://127.0.0.1:9090";

  @Option(
      names = "--user",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description =
          "Basic authentication; the password is in --password-file or $NARTHEX_PASSWORD.")
  private @Nullable String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Holds the password.")
  private @Nullable Path passwordFile;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Holds a bearer token.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Certificates that the server's is checked by (default: those of Java).")
  private @Nullable Path caFile;

  @Option(
      names = "--cert-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Client certificate; needs --key-file.")
  private @Nullable Path certFile;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Key of the client certificate.")
  private @Nullable Path keyFile;

  @Option(
      names = "--insecure",
      scope = ScopeType.INHERIT,
      description = "Do not check the server's certificate.")
  private boolean insecure;

  @Option(
      names = "--header",
      paramLabel = "'NAME: VALUE'",
      scope = ScopeType.INHERIT,
      description = "Adds a header to each request; may be repeated.")
  private List<String> headers = List.of();

  /**
   * The client that these options ask for.
   *
   * @throws ParameterException if they contradict each other
   */
  ApiClient client() {
    check(user == null || tokenFile == null, "--user and --token-file exclude each other");
    check((certFile == null) == (keyFile == null), "--cert-file and --key-file go together");
    check(passwordFile == null || user != null, "--password-file needs --user");
    var tls =
        new HttpClientConfig.Tls(
            null,
            text(caFile),
            null,
            text(certFile),
            null,
            text(keyFile),
            "",
            insecure,
            null,
            null);
    var fallback = HttpClientConfig.DEFAULT;
    return ApiClient.of(
        url,
        new HttpClientConfig(
            basic(),
            tokenFile == null
                ? null
                : new HttpClientConfig.Authorization("Bearer", null, text(tokenFile)),
            null,
            tls,
            fallback.proxy(),
            true,
            true,
            headerValues()));
  }

  private HttpClientConfig.@Nullable BasicAuth basic() {
    if (user == null) {
      return null;
    }
    String password = System.getenv("NARTHEX_PASSWORD");
    check(
        passwordFile != null || password != null,
        "--user needs --password-file, or the password in $NARTHEX_PASSWORD");
    return new HttpClientConfig.BasicAuth(
        user,
        null,
        passwordFile == null && password != null ? new Secret(password) : null,
        text(passwordFile));
  }

  private Map<String, List<HttpClientConfig.HeaderValue>> headerValues() {
    var values = new LinkedHashMap<String, List<HttpClientConfig.HeaderValue>>();
    for (String header : headers) {
      int colon = header.indexOf(':');
      check(colon > 0, "--header: " + header + " is not of the form 'NAME: VALUE'");
      values
          .computeIfAbsent(header.substring(0, colon).strip(), name -> new ArrayList<>())
          .add(new HttpClientConfig.HeaderValue(header.substring(colon + 1).strip(), null, null));
    }
    return values;
  }

  private void check(boolean right, String otherwise) {
    if (!right) {
      throw new ParameterException(spec.commandLine(), otherwise);
    }
  }

  private static @Nullable String text(@Nullable Path file) {
    return file == null ? null : file.toAbsolutePath().toString();
  }
}
