space code_timm "A mobile network of block strings, as timm builds it (EfficientNet, MobileNetV3, …)"
# The default is EfficientNet-B0. tail = "late" has the head of MobileNetV3: the average comes before the
# last convolution (of `head` channels); head = 0 is none.
import "lib_timm.nas"

param code: timm = """[
  ["ds_r1_k3_s1_e1_c16_se0.25"], ["ir_r2_k3_s2_e6_c24_se0.25"], ["ir_r2_k5_s2_e6_c40_se0.25"],
  ["ir_r3_k3_s2_e6_c80_se0.25"], ["ir_r3_k5_s1_e6_c112_se0.25"], ["ir_r4_k5_s2_e6_c192_se0.25"],
  ["ir_r1_k3_s1_e6_c320_se0.25"]
]"""
param size = 224, classes = 1000, stem = 32, head = 1280, tail = "early"

network = image(3, size, size)
  -> trunk(code, stem)
  -> case tail {
    early: head_of(head, classes)
    late:  late_head(head, classes)
  }
