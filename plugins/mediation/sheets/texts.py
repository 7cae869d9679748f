"""The fixed sentences of the forms, each with the article it comes from."""

from __future__ import annotations

from plugins.mediation.texts import _

# 《人民调解法》 §23, §24.
RIGHTS = (
    _("You may choose mediators, or accept those the committee proposes, and refuse one."),
    _("You may accept mediation, refuse it, or ask at any time that it ends."),
    _("You may ask that mediation is open to listeners or not."),
    _("You say freely what you want, and you agree of your own free will. It costs nothing."),
    _(
        "You are to tell the truth about the facts, to keep order, to respect the mediators and the rights of the other side."
    ),
    _(
        "An agreement binds both sides like a contract; within 30 days from the day it takes effect both may ask the court together to confirm it."
    ),
    _("Mediation does not take away your right to go to court, to arbitration or to an office."),
)
# 《最高人民法院关于人民法院进一步深化多元化纠纷解决机制改革的意见》 (法释〔2016〕14号 as the specification names it).
COURT_LINE = _(
    "This mediation was invited by the court: what a side concedes in order to agree is no evidence against it in a later lawsuit."
)
# 《人民调解法》 §31–33.
AGREEMENT_FOOT = (
    _(
        "The agreement binds the parties; they keep it as it says. It takes effect when all parties and a mediator have signed and the seal of the committee is on it."
    ),
    _("Within 30 days from the day it takes effect the parties may ask the people's court together to confirm it."),
)
# 《民诉法解释》 §355; a warning, never an obstacle.
EXCLUDED = _(
    "A court does not confirm agreements on marriage or parentage as such or on the confirmation of title; what they say on support and property, it may."
)
# 《人民调解工作若干规定》 §22.
REFUSED_FOOT = _("The committee cannot accept your application for the reason above.")
# 《人民调解法》 §11, §23, §24.
NOTICE_FOOT = (
    _("Mediation is voluntary and free of charge; you may choose or refuse a mediator, and stop at any time."),
    _(
        "If you cannot come, please call the duty phone: another time is no trouble. Somebody else may come for you with a letter of authority."
    ),
)
# 《人民调解法》 §22, §25.
INTERVIEW_HEAD = _(
    "You are asked as somebody who may know about a dispute. Please say what you know and nothing else; it stays in confidence."
)
EVIDENCE_FOOT = _("Originals are given back when they are no longer needed; a copy stays in the file.")
REPORT_FOOT = _(
    "Where a dispute may intensify the committee prevents it, and where public order or a crime is concerned it tells the police at once (《人民调解法》 §25)."
)
# 《人民调解法》 §26.
TERMINATED_FOOT = _("You may go to arbitration, to the office concerned or to court; mind the periods of limitation.")
