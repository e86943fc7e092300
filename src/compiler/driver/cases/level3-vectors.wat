;; cpu: v3
(module
  (memory 1)
  ;; Operands that are wanted afterwards are not copied; unaligned vectors stay in memory.
  (func (export "keep both") (param f64 f64) (result f64)
    (f64.div (f64.sub (local.get 0) (local.get 1)) (f64.add (local.get 0) (local.get 1))))
  (func (export "difference") (param v128 i32) (result v128)
    (f64x2.sub (local.get 0) (v128.load (local.get 1))))
  (func (export "loaded first") (param v128 i32) (result v128)
    (i32x4.add (v128.load (local.get 1)) (local.get 0)))
  (func (export "loaded alone") (param i32) (result v128)
    (f32x4.sqrt (v128.load (local.get 0))))
  (func (export "shifted") (param v128) (result v128)
    (v128.xor (i32x4.shl (local.get 0) (i32.const 3)) (i32x4.shr_u (local.get 0) (i32.const 29))))
  (func (export "magnitudes") (param f64) (result f64)
    (f64.copysign (f64.abs (local.get 0)) (f64.neg (local.get 0))))
  (func (export "converted") (param i32 f32) (result f64)
    (f64.mul (f64.convert_i32_s (local.get 0)) (f64.promote_f32 (f32.sqrt (local.get 1)))))
  (func (export "chosen") (param v128 v128 v128) (result v128)
    (v128.bitselect (local.get 0) (local.get 1) (local.get 2)))
  (func (export "interleaved") (param v128 v128) (result v128)
    (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get 0) (local.get 1)))
  (func (export "multiplied and added") (param v128 v128 v128) (result v128)
    (f64x2.relaxed_madd (local.get 0) (local.get 1) (local.get 2)))
  (func (export "smaller") (param f64 f64) (result f64)
    (f64.min (local.get 0) (local.get 1)))
)

;; Machine code:
;; keep both
;;     0  vsubsd xmm2,xmm0,xmm1
;;     4  vaddsd xmm0,xmm0,xmm1
;;     8  vdivsd xmm0,xmm2,xmm0
;;    12  ret
;; difference
;;     0  vsubpd xmm0,xmm0,oword [r15+rdi]
;;     6  ret
;; loaded first
;;     0  vpaddd xmm0,xmm0,oword [r15+rdi]
;;     6  ret
;; loaded alone
;;     0  vsqrtps xmm0,oword [r15+rdi]
;;     6  ret
;; shifted
;;     0  vpslld xmm1,xmm0,3
;;     5  vpsrld xmm0,xmm0,29
;;    10  vpxor xmm0,xmm1,xmm0
;;    14  ret
;; magnitudes
;;     0  vandps xmm1,xmm0,oword [mask.double.magnitude]
;;     9  vxorps xmm0,xmm0,oword [mask.double.sign]
;;    18  vandps xmm0,xmm0,oword [mask.double.sign]
;;    27  vandps xmm1,xmm1,oword [mask.double.magnitude]
;;    36  vorps xmm1,xmm1,xmm0
;;    40  vmovaps xmm0,xmm1
;;    44  ret
;; converted
;;     0  vcvtsi2sd xmm1,xmm15,edi
;;     4  vsqrtss xmm0,xmm0,xmm0
;;     8  vcvtss2sd xmm0,xmm0,xmm0
;;    12  vmulsd xmm0,xmm1,xmm0
;;    16  ret
;; chosen
;;     0  vpxor xmm0,xmm0,xmm1
;;     4  vpand xmm0,xmm0,xmm2
;;     8  vpxor xmm0,xmm0,xmm1
;;    12  ret
;; interleaved
;;     0  vpunpcklbw xmm0,xmm0,xmm1
;;     4  ret
;; multiplied and added
;;     0  vfmadd231pd xmm2,xmm0,xmm1
;;     5  vmovaps xmm0,xmm2
;;     9  ret
;; smaller
;;     0  vucomisd xmm0,xmm1
;;     4  jp 13
;;     6  je 19
;;     8  vminsd xmm0,xmm0,xmm1
;;    12  ret
;;    13  vaddsd xmm0,xmm0,xmm1
;;    17  jmp 12
;;    19  vorps xmm0,xmm0,xmm1
;;    23  jmp 12
