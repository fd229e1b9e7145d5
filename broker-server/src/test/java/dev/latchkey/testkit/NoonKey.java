package dev.latchkey.testkit;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/** A key of a service account at Noon, with both halves. One pair a process is enough: the ids tell keys apart. */
public record NoonKey(String keyId, String projectCode, KeyPair pair) {

    private static final KeyPair PAIR = generate();

    /** A key with the pair that all share. */
    public static NoonKey of(String keyId) {
        return new NoonKey(keyId, "PRJ-" + keyId, PAIR);
    }

    /** A key with a pair of its own. */
    public static NoonKey fresh(String keyId, String projectCode) {
        return new NoonKey(keyId, projectCode, generate());
    }

    /** The file as it is downloaded. */
    public Map<String, Object> file() {
        return Map.of(
                "key_id",
                keyId,
                "private_key",
                privatePem(),
                "project_code",
                projectCode,
                "channel_identifier",
                "robot@idp.noon.partners");
    }

    /** The file as text. */
    public String text() {
        return Json.write(file());
    }

    public String privatePem() {
        return pem("PRIVATE KEY", pair.getPrivate().getEncoded());
    }

    /** The same key as PKCS#1: the octets that PKCS#8 wraps, after a head of 26 bytes for a key of 2048 bits. */
    public String pkcs1Pem() {
        byte[] pkcs8 = pair.getPrivate().getEncoded();
        return pem("RSA PRIVATE KEY", Arrays.copyOfRange(pkcs8, 26, pkcs8.length));
    }

    public String publicPem() {
        return pem("PUBLIC KEY", pair.getPublic().getEncoded());
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }

    private static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
