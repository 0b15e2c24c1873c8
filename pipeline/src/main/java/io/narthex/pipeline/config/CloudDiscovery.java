package io.narthex.pipeline.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Checks the discoveries that ask a cloud provider. */
final class CloudDiscovery {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final List<String> AWS_ROLES =
      List.of("ec2", "ecs", "elasticache", "lightsail", "msk", "rds");

  private CloudDiscovery() {}

  static void register(Map<String, Consumer<Section>> kinds) {
    kinds.put("aws", CloudDiscovery::aws);
    kinds.put("azure", CloudDiscovery::azure);
    kinds.put("digitalocean", CloudDiscovery::digitalOcean);
    kinds.put("ec2", s -> amazon(s, "EC2", true, false));
    kinds.put("ecs", s -> amazonClusters(s, "ECS", false));
    kinds.put("elasticache", s -> amazonClusters(s, "ElastiCache", false));
    kinds.put("gce", CloudDiscovery::gce);
    kinds.put("hetzner", CloudDiscovery::hetzner);
    kinds.put("ionos", CloudDiscovery::ionos);
    kinds.put("lightsail", s -> amazon(s, "Lightsail", false, false));
    kinds.put("linode", CloudDiscovery::linode);
    kinds.put("msk", s -> amazonClusters(s, "MSK", false));
    kinds.put("oci", CloudDiscovery::oci);
    kinds.put("openstack", CloudDiscovery::openStack);
    kinds.put("outscale", CloudDiscovery::outscale);
    kinds.put("ovhcloud", CloudDiscovery::ovhCloud);
    kinds.put("rds", s -> amazonClusters(s, "RDS", true));
    kinds.put("scaleway", CloudDiscovery::scaleway);
    kinds.put("stackit", CloudDiscovery::stackit);
    kinds.put("triton", CloudDiscovery::triton);
    kinds.put("vultr", CloudDiscovery::clientOnly);
  }

  private static void aws(Section s) {
    role(s, AWS_ROLES, "unknown AWS SD role");
    amazon(s, "EC2", true, true);
  }

  private static void amazon(Section s, String kind, boolean filters, boolean clusters) {
    s.text("endpoint");
    s.text("region");
    s.text("access_key");
    s.secret("secret_key");
    s.text("profile");
    s.text("role_arn");
    s.text("external_id");
    s.duration("refresh_interval", MINUTE);
    s.whole("port", 80);
    if (filters) {
      RegistryDiscovery.filters(s, kind + " SD configuration filter values cannot be empty");
    }
    if (clusters) {
      s.texts("clusters");
    }
    HttpClientReader.read(s);
  }

  private static void amazonClusters(Section s, String kind, boolean filters) {
    amazon(s, kind, filters, true);
    s.count("request_concurrency", 10);
  }

  private static void azure(Section s) {
    s.text("environment", "AzurePublicCloud");
    s.whole("port", 80);
    s.text("subscription_id");
    s.text("tenant_id");
    s.text("client_id");
    s.secret("client_secret");
    s.duration("refresh_interval", Duration.ofMinutes(5));
    String method =
        s.oneOf(
            "authentication_method",
            "OAuth",
            List.of("OAuth", "ManagedIdentity", "SDK", "WorkloadIdentity"),
            word ->
                "unknown authentication_type \""
                    + word
                    + "\". Supported types are \"OAuth\", \"ManagedIdentity\", \"SDK\" or"
                    + " \"WorkloadIdentity\"");
    s.text("resource_group");
    s.require("subscription_id", "azure SD configuration requires a subscription_id");
    if (method.equals("OAuth")) {
      s.require("tenant_id", "azure SD configuration requires a tenant_id");
      s.require("client_id", "azure SD configuration requires a client_id");
      s.require("client_secret", "azure SD configuration requires a client_secret");
    }
    HttpClientReader.read(s);
  }

  private static void digitalOcean(Section s) {
    s.oneOf(
        "role",
        "droplets",
        List.of("droplets", "databases"),
        word -> "unknown role \"" + word + "\", must be droplets or databases");
    clientOnly(s);
  }

  private static void gce(Section s) {
    s.text("project");
    s.text("zone");
    s.text("filter");
    s.duration("refresh_interval", MINUTE);
    s.whole("port", 80);
    s.text("tag_separator", ",");
    s.require("project", "GCE SD configuration requires a project");
    s.require("zone", "GCE SD configuration requires a zone");
  }

  private static void hetzner(Section s) {
    role(s, List.of("robot", "hcloud"), "unknown role");
    s.text("label_selector");
    clientOnly(s);
  }

  private static void ionos(Section s) {
    s.text("datacenter_id");
    s.require("datacenter_id", "datacenter id can't be empty");
    clientOnly(s);
  }

  private static void linode(Section s) {
    s.text("tag_separator", ",");
    s.text("region");
    clientOnly(s);
  }

  private static void oci(Section s) {
    String auth = s.text("auth", "api_key");
    s.text("tenancy");
    s.text("user");
    s.text("fingerprint");
    s.file("key_file");
    s.secret("key_passphrase");
    s.file("key_passphrase_file");
    s.text("region");
    List<String> compartments = s.texts("compartments");
    s.require("region", "oci_sd: region is required");
    if (compartments.contains("")) {
      s.fault("compartments", "oci_sd: compartments must not be empty");
    }
    if (auth.equals("api_key")) {
      for (String key : List.of("tenancy", "user", "fingerprint", "key_file")) {
        s.require(key, "oci_sd: api_key auth requires " + key);
      }
      HttpClientReader.atMostOne(
          s,
          "oci_sd: at most one of key_passphrase and key_passphrase_file must be configured",
          "key_passphrase",
          "key_passphrase_file");
    } else if (auth.equals("instance_principal")) {
      ociWithoutKeys(s);
    } else {
      s.fault(
          "auth",
          "oci_sd: unknown auth method \""
              + auth
              + "\", expected \"api_key\" or \"instance_principal\"");
    }
    clientOnly(s);
  }

  private static void ociWithoutKeys(Section s) {
    for (String key :
        List.of(
            "tenancy",
            "user",
            "fingerprint",
            "key_file",
            "key_passphrase",
            "key_passphrase_file")) {
      if (s.has(key)) {
        s.fault(key, "oci_sd: instance_principal auth must not have " + key + " set");
      }
    }
  }

  private static void openStack(Section s) {
    for (String key :
        List.of(
            "identity_endpoint",
            "username",
            "userid",
            "project_name",
            "project_id",
            "domain_name",
            "domain_id",
            "application_credential_name",
            "application_credential_id",
            "region")) {
      s.text(key);
    }
    s.secret("password");
    s.secret("application_credential_secret");
    role(s, List.of("instance", "hypervisor", "loadbalancer"), "unknown OpenStack SD role");
    s.duration("refresh_interval", MINUTE);
    s.whole("port", 80);
    s.flag("all_tenants", false);
    HttpClientReader.tls(s.section("tls_config"));
    s.oneOf(
        "availability",
        "public",
        List.of("public", "internal", "admin"),
        word -> "unknown availability " + word + ", must be one of admin, internal or public");
  }

  private static void outscale(Section s) {
    s.text("endpoint");
    s.text("region");
    s.text("access_key");
    s.require("region", "outscale SD configuration requires a region");
    s.require("access_key", "outscale SD configuration requires access_key");
    oneSecretKey(s);
    clientOnly(s);
  }

  private static void ovhCloud(Section s) {
    s.text("endpoint", "ovh-eu");
    s.text("application_key");
    s.secret("application_secret");
    s.secret("consumer_key");
    s.duration("refresh_interval", MINUTE);
    String service = s.text("service", "");
    if (!List.of("vps", "dedicated_server").contains(service)) {
      s.fault("service", "unknown service: " + service + ", must be vps or dedicated_server");
    }
    s.require("application_key", "application key can not be empty");
    s.require("application_secret", "application secret can not be empty");
    s.require("consumer_key", "consumer key can not be empty");
  }

  private static void scaleway(Section s) {
    s.text("project_id");
    s.text("api_url", "https://api.scaleway.com");
    s.text("zone", "fr-par-1");
    s.text("access_key");
    s.text("name_filter");
    s.texts("tags_filter");
    role(s, List.of("instance", "baremetal"), "unknown role");
    s.require("project_id", "project_id is mandatory");
    s.require("access_key", "access_key is mandatory");
    oneSecretKey(s);
    clientOnly(s);
  }

  private static void stackit(Section s) {
    s.text("project");
    s.text("region", "eu01");
    String endpoint = s.text("endpoint", "");
    try {
      Url.parse(endpoint);
    } catch (IllegalArgumentException e) {
      s.fault("endpoint", "invalid endpoint \"" + endpoint + "\": " + Value.messageOf(e));
    }
    s.secret("service_account_key");
    s.secret("private_key");
    s.file("service_account_key_path");
    s.file("private_key_path");
    s.file("credentials_file_path");
    clientOnly(s);
  }

  private static void triton(Section s) {
    s.text("account");
    String role = s.text("role", "container");
    s.text("dns_suffix");
    s.text("endpoint");
    s.texts("groups");
    s.whole("port", 9163);
    Duration refresh = s.duration("refresh_interval", MINUTE);
    HttpClientReader.tls(s.section("tls_config"));
    s.whole("version", 1);
    if (!List.of("container", "cn").contains(role)) {
      s.fault("role", "triton SD configuration requires role to be 'container' or 'cn'");
    }
    s.require("account", "triton SD configuration requires an account");
    s.require("dns_suffix", "triton SD configuration requires a dns_suffix");
    s.require("endpoint", "triton SD configuration requires an endpoint");
    if (refresh.isZero()) {
      s.fault(
          "refresh_interval", "triton SD configuration requires RefreshInterval to be a positive");
    }
  }

  private static void oneSecretKey(Section s) {
    s.secret("secret_key");
    s.file("secret_key_file");
    if (!s.has("secret_key") && !s.has("secret_key_file")) {
      s.fault("one of secret_key & secret_key_file must be configured");
    }
    HttpClientReader.atMostOne(
        s,
        "at most one of secret_key & secret_key_file must be configured",
        "secret_key",
        "secret_key_file");
  }

  private static void role(Section s, List<String> roles, String unknown) {
    s.oneOf("role", "", roles, word -> unknown + " \"" + word + "\", must be one of " + roles);
    s.require("role", "role missing (one of: " + String.join(", ", roles) + ")");
  }

  private static void clientOnly(Section s) {
    s.duration("refresh_interval", MINUTE);
    s.whole("port", 80);
    HttpClientReader.read(s);
  }
}
