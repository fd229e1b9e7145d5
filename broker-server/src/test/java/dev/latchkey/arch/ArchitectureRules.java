package dev.latchkey.arch;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The rules of the house that a class file shows. Rooted: on the broker the root is {@code dev.latchkey}; a fixture has
 * its own root below {@code dev.latchkey.arch.fixture}, so that each rule can be seen to fail.
 */
final class ArchitectureRules {

    private static final String BAD_NAME = ".*(Util|Utils|Helper|Manager|Impl|Service)";
    private static final String HTTP_METHOD = "jakarta.ws.rs.HttpMethod";

    private final String root;

    ArchitectureRules(String root) {
        this.root = root;
    }

    /** Every rule by the name of its fixture's package. */
    Map<String, ArchRule> all() {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        rules.put("cycles", noCycles());
        rules.put("floors", noCyclesBetweenFloors());
        rules.put("vocabulary", vocabularyKnowsNoFeature());
        rules.put("layers", packagesUseOnlyWhatTheyMay());
        rules.put("rawsecrets", secretsAreNoStrings());
        rules.put("reveal", secretsAreReadInFewPlaces());
        rules.put("jaxrs", jakartaRsStaysAtTheEdge());
        rules.put("clock", timeAndChanceAreInjected());
        rules.put("messages", noExceptionTextInAnswers());
        rules.put("handshakes", handshakesAreFinalAndTested());
        rules.put("configs", configsLiveBesideTheirFeature());
        rules.put("names", noHollowNames());
        rules.put("vaultclient", cryptographyStaysInTheVault());
        rules.put("mocks", noMocks());
        rules.put("wayout", oneWayOut());
        rules.put("nullness", packagesAreNullMarked());
        rules.put("guarded", endpointsSayWhoMayCall());
        return rules;
    }

    ArchRule noCycles() {
        return slices().matching(root + ".(*)..").should().beFreeOfCycles();
    }

    /** Each package by itself: {@code caller}, {@code caller.app} and so on. */
    ArchRule noCyclesBetweenFloors() {
        return slices().matching(root + ".(**)").should().beFreeOfCycles();
    }

    ArchRule vocabularyKnowsNoFeature() {
        return classes()
                .that()
                .resideInAnyPackage(root + ".oauth..", root + ".secret..", root + ".problem..")
                .should(new PackageTable.KnowNoFeature(root))
                .allowEmptyShould(true);
    }

    ArchRule packagesUseOnlyWhatTheyMay() {
        return classes().that().resideInAPackage(root + "..").should(new PackageTable.UseOnlyWhatTheyMay(root));
    }

    ArchRule secretsAreNoStrings() {
        return fields().that()
                .areDeclaredInClassesThat(describe("hold no JSON of the wire", type -> !SecretRules.isWire(root, type)))
                .and()
                .haveNameMatching("(?i).*(token|secret|password|apikey|verifier|assertion|passphrase|privatekey).*")
                .should(new SecretRules.NotBeText());
    }

    ArchRule secretsAreReadInFewPlaces() {
        return classes().should(new SecretRules.RevealOnlyAsAllowed(root));
    }

    ArchRule jakartaRsStaysAtTheEdge() {
        return noClasses()
                .that(describe(
                        "are no *Resource, *Mapper or *Filter",
                        type -> !outermost(type).getSimpleName().matches(".*(Resource|Mapper|Filter)")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jakarta.ws.rs..");
    }

    ArchRule timeAndChanceAreInjected() {
        return classes()
                .that(describe("are not the producer", type -> !type.getName().equals(root + ".boot.TimeAndChance")))
                .should(new CallRules.NotAskTheSystem());
    }

    ArchRule noExceptionTextInAnswers() {
        return classes()
                .that(describe(
                        "write answers",
                        type -> "problem".equals(PackageTable.feature(root, type))
                                || outermost(type).getSimpleName().matches(".*(Resource|Mapper)")))
                .should(new CallRules.NotReadMessages());
    }

    ArchRule handshakesAreFinalAndTested() {
        String handshake = root + ".handshake.Handshake";
        return classes()
                .that(assignableTo(handshake))
                .and(describe("are no interface", type -> !type.isInterface()))
                .should()
                .haveModifier(JavaModifier.FINAL)
                .andShould()
                .resideInAPackage(root + ".handshake.protocol")
                .andShould(new CallRules.HaveATest())
                .allowEmptyShould(true);
    }

    ArchRule configsLiveBesideTheirFeature() {
        return classes()
                .that()
                .areAnnotatedWith("io.smallrye.config.ConfigMapping")
                .should()
                .haveSimpleNameEndingWith("Config")
                .andShould(new CallRules.HaveNeighbours())
                .andShould(new CallRules.HaveATest())
                .allowEmptyShould(true);
    }

    ArchRule noHollowNames() {
        return noClasses()
                .should(be(describe(
                        "named *Util(s), *Helper, *Manager, *Impl or *Service",
                        type -> type.getSimpleName().matches(BAD_NAME))));
    }

    ArchRule cryptographyStaysInTheVault() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(root + ".vault..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "com.google.crypto.tink..", "io.github.jopenlibs.vault..", "com.bettercloud.vault..");
    }

    ArchRule noMocks() {
        return noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..org.mockito..", "..org.easymock..", "..org.powermock..", "..io.mockk..");
    }

    /** The organisation's own Vault is no partner: its address is the operator's. */
    ArchRule oneWayOut() {
        String secretStore = root + ".vault.kv2";
        return classes()
                .that(describe(
                        "are not of outbound",
                        type -> !"outbound".equals(PackageTable.feature(root, type))
                                && !type.getPackageName().equals(secretStore)))
                .should(new CallRules.OpenNoConnection());
    }

    ArchRule packagesAreNullMarked() {
        return classes()
                .that()
                .resideInAPackage(root + "..")
                .should(be(describe("in a @NullMarked package", ArchitectureRules::isNullMarked)));
    }

    ArchRule endpointsSayWhoMayCall() {
        DescribedPredicate<com.tngtech.archunit.core.domain.JavaMethod> guarded = describe(
                "annotated with @RolesAllowed, @Authenticated or @PermitAll",
                method -> method.isAnnotatedWith("jakarta.annotation.security.RolesAllowed")
                        || method.isAnnotatedWith("io.quarkus.security.Authenticated")
                        || method.isAnnotatedWith("jakarta.annotation.security.PermitAll"));
        return methods()
                .that()
                .areMetaAnnotatedWith(HTTP_METHOD)
                .should(be(guarded))
                .andShould()
                .bePublic() // the framework leaves out any other, with a warning only
                .allowEmptyShould(true);
    }

    private static boolean isNullMarked(JavaClass type) {
        return type.getPackage()
                .tryGetPackageInfo()
                .filter(info -> info.isAnnotatedWith("org.jspecify.annotations.NullMarked"))
                .isPresent();
    }

    static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureRules::outermost).orElse(type);
    }
}
