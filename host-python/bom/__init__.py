"""What is in the wheel and what it needs: a bill of materials, and others' licences.

Run by ``make wheel``, before the wheel is made, as ``python bom COMPONENT``.
"""
