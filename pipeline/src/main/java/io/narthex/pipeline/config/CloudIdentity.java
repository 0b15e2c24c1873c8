package io.narthex.pipeline.config;

import java.util.ArrayList;
import java.util.List;

/** What a cloud provider takes instead of a password. */
final class CloudIdentity {
  private CloudIdentity() {}

  /** Reads the kinds that are allowed here; each is checked and noted as unsupported. */
  static void read(Section s, String... kinds) {
    var there = new ArrayList<String>();
    for (String key : List.of("basic_auth", "authorization", "oauth2")) {
      if (s.has(key)) {
        there.add(key);
      }
    }
    for (String kind : kinds) {
      Section identity = s.section(kind);
      if (identity == null) {
        s.value(kind);
        continue;
      }
      there.add(kind);
      s.unsupported(kind);
      switch (kind) {
        case "sigv4" -> sigV4(identity);
        case "azuread" -> azureAd(identity);
        default -> identity.file("credentials_file");
      }
    }
    if (there.size() > 1) {
      s.fault(
          "at most one of basic_auth, authorization, oauth2, "
              + String.join(", ", kinds)
              + " must be configured. Currently configured: "
              + there);
    }
  }

  private static void sigV4(Section s) {
    s.text("region");
    s.text("access_key");
    s.secret("secret_key");
    s.text("profile");
    s.text("role_arn");
    s.text("external_id");
    s.flag("use_fips_sts_endpoint", false);
    if (s.has("access_key") != s.has("secret_key")) {
      s.fault("must provide a AWS SigV4 Access key and Secret Key if credentials are specified");
    }
  }

  private static void azureAd(Section s) {
    s.text("cloud", "AzurePublic");
    s.text("scope");
    int given = 0;
    for (String kind :
        List.of("managed_identity", "workload_identity", "oauth", "certificate", "sdk")) {
      Section identity = s.section(kind);
      given += identity == null ? 0 : 1;
      if (identity != null) {
        azureIdentity(identity);
      }
    }
    if (given == 0) {
      s.fault(
          "must provide an Azure Managed Identity, Azure Workload Identity, Azure OAuth, Azure"
              + " certificate or Azure SDK in the Azure AD config");
    } else if (given > 1) {
      s.fault("cannot provide more than one kind of identity in the Azure AD config");
    }
  }

  private static void azureIdentity(Section s) {
    for (String key : List.of("client_id", "tenant_id")) {
      s.text(key);
    }
    for (String key : List.of("token_file_path", "certificate_path")) {
      s.file(key);
    }
    s.secret("client_secret");
    s.secret("certificate_password");
  }
}
