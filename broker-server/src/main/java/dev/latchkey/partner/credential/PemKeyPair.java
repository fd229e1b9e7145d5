package dev.latchkey.partner.credential;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.KeyAgreement;

/** Reads a private key from PKCS#8 and finds its public half, which PKCS#8 may leave out. */
final class PemKeyPair {

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PRIVATE KEY-----\\s+([A-Za-z0-9+/=\\s]+?)\\s+-----END PRIVATE KEY-----");
    private static final BigInteger THREE = BigInteger.valueOf(3);
    private static final byte[] PROBE = "probe".getBytes(StandardCharsets.US_ASCII);

    private PemKeyPair() {}

    /** An RSA pair or an EC pair on P-256; {@link IllegalArgumentException} without detail for anything else. */
    static KeyPair parse(String text) {
        Matcher matcher = PEM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no PKCS#8 PEM");
        }
        var spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(1)));
        try {
            return rsa(spec);
        } catch (GeneralSecurityException notRsa) {
            try {
                return ec(spec);
            } catch (GeneralSecurityException notEc) {
                throw new IllegalArgumentException("no RSA and no EC key");
            }
        }
    }

    /** Whether what the private half signs is verified by the public half. */
    static boolean belongTogether(KeyPair pair) {
        String algorithm = "EC".equals(pair.getPrivate().getAlgorithm()) ? "SHA256withECDSA" : "SHA256withRSA";
        try {
            return verifies(algorithm, pair.getPrivate(), pair.getPublic());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static KeyPair rsa(PKCS8EncodedKeySpec spec) throws GeneralSecurityException {
        KeyFactory factory = KeyFactory.getInstance("RSA");
        if (factory.generatePrivate(spec) instanceof RSAPrivateCrtKey key) {
            var publicSpec = new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent());
            return new KeyPair(factory.generatePublic(publicSpec), key);
        }
        throw new GeneralSecurityException("an RSA key without its primes");
    }

    /**
     * The public point is {@code d * G}. The platform multiplies points only inside a key agreement, whose result is the
     * x coordinate of the product; with {@code G} as the peer that is our x. Of the two y that fit, the one whose key
     * verifies is ours.
     */
    private static KeyPair ec(PKCS8EncodedKeySpec spec) throws GeneralSecurityException {
        KeyFactory factory = KeyFactory.getInstance("EC");
        ECPrivateKey key = (ECPrivateKey) factory.generatePrivate(spec);
        ECParameterSpec curve = key.getParams();
        BigInteger prime = ((ECFieldFp) curve.getCurve().getField()).getP();
        if (prime.bitLength() != 256 || !prime.testBit(1)) {
            throw new GeneralSecurityException("another curve than P-256");
        }
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(key);
        agreement.doPhase(factory.generatePublic(new ECPublicKeySpec(curve.getGenerator(), curve)), true);
        BigInteger x = new BigInteger(1, agreement.generateSecret());
        BigInteger y = squareRoot(
                x.modPow(THREE, prime)
                        .add(curve.getCurve().getA().multiply(x))
                        .add(curve.getCurve().getB())
                        .mod(prime),
                prime);
        for (BigInteger candidate : new BigInteger[] {y, prime.subtract(y)}) {
            PublicKey point = factory.generatePublic(new ECPublicKeySpec(new ECPoint(x, candidate), curve));
            if (verifies("SHA256withECDSA", key, point)) {
                return new KeyPair(point, key);
            }
        }
        throw new GeneralSecurityException("no public point fits");
    }

    /** Modulo a prime that is 3 modulo 4, as that of P-256. */
    private static BigInteger squareRoot(BigInteger square, BigInteger prime) {
        return square.modPow(prime.add(BigInteger.ONE).shiftRight(2), prime);
    }

    private static boolean verifies(String algorithm, PrivateKey key, PublicKey point) throws GeneralSecurityException {
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(PROBE);
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(point);
        verifier.update(PROBE);
        return verifier.verify(signature);
    }
}
