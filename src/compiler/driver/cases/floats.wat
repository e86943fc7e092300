;; Constants from memory, the sign by a mask, equality by two flags, conversion with a cold path.
(module
  (func (export "scaled") (param $x f64) (result f64)
    (f64.neg (f64.mul (local.get $x) (f64.const 1.5))))
  (func (export "equal") (param $x f32) (param $y f32) (result i32)
    (if (result i32) (f32.eq (local.get $x) (local.get $y)) (then (i32.const 1)) (else (i32.const 2))))
  (func (export "whole") (param $x f64) (result i32)
    (i32.trunc_f64_s (local.get $x))))

;; Machine code:
;; scaled
;;     0  mulsd xmm0,qword [constant.3ff8000000000000]
;;     9  xorps xmm0,oword [mask.double.sign]
;;    17  ret
;; equal
;;     0  ucomiss xmm0,xmm1
;;     3  jne 14
;;     5  jp 14
;;     7  mov eax,1
;;    12  jmp 19
;;    14  mov eax,2
;;    19  ret
;; whole
;;     0  cvttsd2si rax,xmm0
;;     5  movsxd r11,eax
;;     8  cmp r11,rax
;;    11  jne 16
;;    13  mov eax,eax
;;    15  ret
;;    16  movaps xmm15,xmm0
;;    20  call runtime.truncate.i32.signed
;;    25  mov rax,r11
;;    28  jmp 15
