package dev.latchkey.partner.credential;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jose.jwk.RSAKey;
import dev.latchkey.partner.KeepableText;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import java.io.ByteArrayOutputStream;
import java.text.ParseException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The credential file of a service account, as a partner lets it be downloaded: a JSON object that names a key, its
 * private half (RSA, PEM) and a project. Members that are not known here are kept. Immutable.
 *
 * @param keyId the partner's name of the key, {@code key_id}
 * @param projectCode the project that a session begins in, {@code project_code}
 * @param jwk the private key as a JWK
 * @param identity what is the same for every form of the key
 * @param text the whole file, to be stored
 */
public record CredentialFile(String keyId, String projectCode, Secret jwk, Secret identity, Secret text) {

    /** The name that registrations and imports have for it. */
    public static final String FIELD = "credential_file";

    /** As many characters as a file may have. */
    private static final int LONGEST = 16 * 1024;

    private static final Pattern NAME = Pattern.compile("[\\x21-\\x7E]{1,200}");
    private static final Pattern PKCS1 = Pattern.compile(
            "-----BEGIN RSA PRIVATE KEY-----\\s+([A-Za-z0-9+/=\\s]+?)\\s+-----END RSA PRIVATE KEY-----");
    /** PKCS#8's version, and the algorithm: rsaEncryption without parameters (RFC 8017 appendix A.1). */
    private static final String RSA_HEAD = "020100300d06092a864886f70d0101010500";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    static {
        JSON.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(10)
                        .maxDocumentLength(LONGEST)
                        .build());
    }

    /**
     * Reads a file.
     *
     * @param given the JSON object as text
     * @param pointer where it stands in the request
     * @throws BrokerException {@code invalid_request} with a pointer and without an echo
     */
    public static CredentialFile parse(Secret given, String pointer) {
        JsonNode file = object(given, pointer);
        Secret key = Secret.of(text(file, "private_key", pointer));
        ClientKey parsed = key(key, pointer + "/private_key");
        return new CredentialFile(
                name(file, "key_id", pointer),
                name(file, "project_code", pointer),
                parsed.jwk(),
                parsed.identity(),
                Secret.of(file.toString()));
    }

    private static JsonNode object(Secret given, String pointer) {
        String text = given.reveal(Purpose.DIGEST);
        if (text.length() > LONGEST || !KeepableText.isKeepable(text)) {
            throw BrokerException.invalid(pointer, "A JSON object of at most " + LONGEST + " characters is needed.");
        }
        try {
            JsonNode file = JSON.readTree(text);
            if (file != null && file.isObject()) {
                return file;
            }
        } catch (JsonProcessingException e) {
            // The exception's own text quotes the file.
        }
        throw BrokerException.invalid(pointer, "The credential file is no JSON object.");
    }

    private static String text(JsonNode file, String name, String pointer) {
        String value = file.path(name).textValue();
        if (value == null || value.isBlank()) {
            throw BrokerException.invalid(pointer + "/" + name, "The credential file needs this, as a text.");
        }
        return value;
    }

    private static String name(JsonNode file, String name, String pointer) {
        String value = text(file, name, pointer);
        if (!NAME.matcher(value).matches()) {
            throw BrokerException.invalid(pointer + "/" + name, "At most 200 visible ASCII characters are needed.");
        }
        return value;
    }

    private static ClientKey key(Secret pem, String pointer) {
        try {
            ClientKey key = ClientKey.parse(asPkcs8(pem));
            RSAKey.parse(key.jwk().reveal(Purpose.DIGEST));
            return key;
        } catch (BrokerException | ParseException e) {
            throw BrokerException.invalid(pointer, "An RSA private key of at least 2048 bits is needed, as PEM.");
        }
    }

    /** PKCS#1, which some tools write, is the inner part of PKCS#8 (RFC 5958 section 2). */
    private static Secret asPkcs8(Secret pem) {
        Matcher inner = PKCS1.matcher(pem.reveal(Purpose.DIGEST).strip());
        if (!inner.matches()) {
            return pem;
        }
        try {
            byte[] key = Base64.getMimeDecoder().decode(inner.group(1));
            ByteArrayOutputStream parts = new ByteArrayOutputStream();
            parts.writeBytes(HexFormat.of().parseHex(RSA_HEAD));
            parts.writeBytes(tagged(0x04, key));
            String whole = Base64.getMimeEncoder().encodeToString(tagged(0x30, parts.toByteArray()));
            return Secret.of("-----BEGIN PRIVATE KEY-----\n" + whole + "\n-----END PRIVATE KEY-----");
        } catch (IllegalArgumentException e) {
            return pem;
        }
    }

    /** A value of ASN.1 in DER (X.690 section 10.1: lengths in their shortest form). */
    private static byte[] tagged(int tag, byte[] content) {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        value.write(tag);
        if (content.length >= 256) {
            value.write(0x82);
            value.write(content.length >> 8);
        } else if (content.length >= 128) {
            value.write(0x81);
        }
        value.write(content.length & 0xFF);
        value.writeBytes(content);
        return value.toByteArray();
    }
}
