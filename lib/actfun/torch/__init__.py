"""The book's instruments for anyone's PyTorch model: look into it while it runs, and start it well.

Needs PyTorch, which nothing else in the library imports. ``watch`` sees what a model *calls*: every
activation of ``torch.nn``, ``torch.nn.functional`` and ``torch`` alike, in gated blocks as well,
and small modules of one's own. It works under ``autocast``, is made for any device (and
tried on CPUs), and waits for none while it looks. It does not look into compiled or scripted
modules, ``DataParallel`` on several devices, or the fused cells of ``nn.LSTM`` and ``nn.GRU``: the
first three are refused.
"""

from actfun.torch.starting import transfer
from actfun.torch.watching import LiveReport, watch

__all__ = ["watch", "LiveReport", "transfer"]
