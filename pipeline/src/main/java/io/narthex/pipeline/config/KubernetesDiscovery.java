package io.narthex.pipeline.config;

import com.google.re2j.Pattern;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks an entry of {@code kubernetes_sd_configs}. */
final class KubernetesDiscovery {
  private static final List<String> ROLES =
      List.of("pod", "service", "endpoints", "endpointslice", "node", "ingress");

  /** Which selectors each role takes. */
  private static final Map<String, List<String>> SELECTORS =
      Map.of(
          "pod", List.of("pod", "node"),
          "service", List.of("service"),
          "endpointslice", List.of("pod", "service", "endpointslice"),
          "endpoints", List.of("pod", "service", "endpoints"),
          "node", List.of("node"),
          "ingress", List.of("ingress"));

  private static final String KEY = "!?\\s*[A-Za-z0-9][A-Za-z0-9._/-]*";
  private static final String WORD = "[A-Za-z0-9._-]*";
  private static final Pattern LABEL_SELECTOR =
      Pattern.compile(
          "^\\s*(?:T(?:\\s*,\\s*T)*)?\\s*$"
              .replace(
                  "T",
                  "(?:K(?:\\s*(?:==|=|!=|<|>)\\s*W|\\s+(?:in|notin)\\s*\\(\\s*W(?:\\s*,\\s*W)*\\s*\\))?)"
                      .replace("K", KEY)
                      .replace("W", WORD)));

  private KubernetesDiscovery() {}

  static void read(Section s) {
    Url server = s.url("api_server");
    String role =
        s.oneOf(
            "role",
            "",
            ROLES,
            word -> "unknown Kubernetes SD role \"" + word + "\", must be one of " + ROLES);
    s.require(
        "role", "role missing (one of: pod, service, endpoints, endpointslice, node, ingress)");
    String kubeConfig = s.file("kubeconfig_file");
    HttpClientConfig client = HttpClientReader.read(s);
    boolean ownNamespace = namespaces(s.section("namespaces"));
    List<String> selectors =
        s.each("selectors", "empty or null selector", KubernetesDiscovery::selector);
    Section metadata = s.section("attach_metadata");
    if (metadata != null) {
      metadata.flag("node", false);
      metadata.flag("namespace", false);
    }
    checkServer(s, server != null, kubeConfig != null, ownNamespace, client);
    checkSelectors(s, role, selectors);
  }

  private static void checkServer(
      Section s,
      boolean server,
      boolean kubeConfig,
      boolean ownNamespace,
      HttpClientConfig client) {
    boolean ownClient = !client.equals(HttpClientConfig.DEFAULT);
    if (server && kubeConfig) {
      s.fault("cannot use 'kubeconfig_file' and 'api_server' simultaneously");
    }
    if (kubeConfig && ownClient) {
      s.fault("cannot use a custom HTTP client configuration together with 'kubeconfig_file'");
    }
    if (!server && !kubeConfig && ownClient) {
      s.fault(
          "to use custom HTTP client configuration please provide the 'api_server' URL explicitly");
    }
    if (server && ownNamespace) {
      s.fault("cannot use 'api_server' and 'namespaces.own_namespace' simultaneously");
    }
    if (kubeConfig && ownNamespace) {
      s.fault("cannot use 'kubeconfig_file' and 'namespaces.own_namespace' simultaneously");
    }
  }

  private static void checkSelectors(Section s, String role, List<String> selectors) {
    Set<String> seen = new HashSet<>();
    List<String> allowed = SELECTORS.getOrDefault(role, ROLES);
    for (String selector : selectors) {
      if (!seen.add(selector)) {
        s.fault("selectors", "duplicated selector role: " + selector);
      }
      if (!allowed.contains(selector)) {
        s.fault(
            "selectors", role + " role supports only " + String.join(", ", allowed) + " selectors");
      }
    }
  }

  private static boolean namespaces(@Nullable Section s) {
    if (s == null) {
      return false;
    }
    boolean own = s.flag("own_namespace", false);
    s.texts("names");
    return own;
  }

  private static String selector(Section s) {
    String role = s.text("role", "");
    String label = s.text("label", "");
    String field = s.text("field", "");
    for (String term : field.isEmpty() ? new String[0] : field.split(",")) {
      if (term.indexOf('=') < 0) {
        s.fault("field", "invalid selector: '" + field + "'; can't understand '" + term + "'");
      }
    }
    if (!LABEL_SELECTOR.matcher(label).find()) {
      s.fault("label", "unable to parse label selector \"" + label + "\"");
    }
    return role;
  }
}
