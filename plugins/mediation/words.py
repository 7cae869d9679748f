"""The words for what is stored as a code: kinds of dispute, sources, reasons. Asked by forms, sheets and pages."""

from __future__ import annotations

from plugins.mediation.texts import _

# 司法部 人民调解统计 names these kinds.
DISPUTES = {
    "family": _("Marriage and family"),
    "neighbours": _("Neighbours"),
    "housing": _("House and homestead"),
    "contract": _("Contract"),
    "business": _("Production and business"),
    "damage": _("Damage and compensation"),
    "land": _("Land and woods"),
    "expropriation": _("Expropriation and demolition"),
    "environment": _("Pollution"),
    "labour": _("Labour"),
    "consumer": _("Consumers"),
    "medical": _("Medical"),
    "traffic": _("Road traffic"),
    "property": _("Property management"),
    "other": _("Other"),
}
SOURCES = {
    "resident": _("They came or called themselves"),
    "patrol": _("Found on a round"),
    "hotline": _("Hotline 12345"),
    "police": _("Police"),
    "court": _("Court"),
    "petition": _("Letters and visits"),
}
SIDES = {"applicant": _("Applicant"), "respondent": _("The other side"), "invitee": _("Invited to help")}
OFFICES = {"head": _("Head of the committee"), "mediator": _("Mediator"), "clerk": _("Case clerk")}
CHOSEN_BY = {"committee": _("the committee"), "parties": _("the parties")}
# 《人民调解法》 §17; 《人民调解工作若干规定》 §22. A case that court or police entrust or invite is not "in hand elsewhere".
NOT_ACCEPTED = {
    "refused": _("One side clearly refuses mediation"),
    "exclusive": _("The law gives it to a court or an office alone, or forbids mediation"),
    "elsewhere": _("Decided already, or in hand at a court or office (not where they entrust it to us)"),
}
# 《人民调解法》 §26.
TERMINATED = {
    "refused": _("A side no longer wants mediation"),
    "no_agreement": _("They could not agree"),
    "gone": _("A side cannot be found any more"),
    "other": _("Another reason"),
}
# 法释〔2011〕5号: where the court does not confirm an agreement, the parties may also sue.
SUED = {"sued": _("They go to court; the court did not confirm the agreement")}
DANGERS = {
    "crime": _("A possible crime, or a breach of public order"),
    "intensify": _("The quarrel may intensify"),
    "other": _("Another danger"),
}
# 《人民调解法》 §23 (1): the parties may choose and refuse mediators.
ENDED_WHY = {
    "kin": _("Kin of a party"),
    "interest": _("An interest of their own"),
    "relation": _("Another relation that may harm fairness"),
    "replaced": _("At a party's wish, or for another reason"),
}
WARNINGS = {
    "person": _("is a party to this case"),
    "home": _("shares a home with a party"),
    "building": _("lives in the same building as a party"),
    "earlier": _("was in an earlier case of a party"),
}
NOTES = {
    "contact": _("Called or visited"),
    "investigation": _("Looked into it"),
    "evidence": _("Evidence received"),
    "escalation": _("May intensify: prevention"),
    "police": _("Possible crime: reported to the police"),
    "urge": _("Urged to keep the agreement"),
    "other": _("Other"),
    "extension": _("Time extended"),
    "recusal": _("Mediator replaced"),
    "reopened": _("Opened again"),
}
# 司法部 人民调解统计 counts the first four 防止激化 by cases and people.
PREVENTED = {
    "suicide": _("Suicide"),
    "crime": _("A crime out of the quarrel"),
    "brawl": _("A brawl of groups"),
    "petition": _("Going together to higher offices"),
    "mass": _("Another mass incident"),
    "other": _("Other"),
}
MANNERS = {"signature": _("Signature"), "seal": _("Own seal"), "thumbprint": _("Thumbprint")}
PERFORMANCE = {"whole": _("Wholly kept"), "part": _("Partly kept"), "none": _("Not kept")}
SATISFACTION = {
    "satisfied": _("Satisfied"),
    "fair": _("So so"),
    "dissatisfied": _("Not satisfied"),
    "unsaid": _("Did not say"),
}
SEXES = {"": "", "female": _("Female"), "male": _("Male")}
# 以案定补: what a claim is graded by.
GRADES = {
    "simple": _("Simple"),
    "ordinary": _("Ordinary"),
    "complex": _("Complex"),
    "major": _("Major and difficult"),
}
